#include "site/polite_client.hpp"

#include "base/text.hpp"
#include "site/source.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using base::Errc;
using std::chrono::seconds;

namespace {

// What the network beneath was asked, and for how long nobody asked it.
struct Seen {
  std::vector<base::HttpRequest> requests;
  std::vector<std::chrono::milliseconds> pauses;
};

class Answering : public base::HttpClient {
 public:
  using Answer = std::function<base::HttpResponse(std::size_t number)>;
  Answering(Seen& seen, Answer answer) : m_seen(seen), m_answer(std::move(answer)) {}
  base::HttpResponse get(const base::HttpRequest& request, const base::ByteSink& sink) override {
    m_seen.requests.push_back(request);
    base::HttpResponse response = m_answer(m_seen.requests.size());
    if (response.status == 200) sink("fine");
    return response;
  }
  void pause(std::chrono::milliseconds time) override { m_seen.pauses.push_back(time); }

 private:
  Seen& m_seen;
  Answer m_answer;
};

const base::Time kNow = *base::parse_time("2026-11-20T10:00:00Z");
const base::Url kFile = base::Url::parse("https://a.example/file");

base::HttpResponse busy(const std::string& retry_after) {
  return {.status = 429, .headers = {{"retry-after", retry_after}}, .body_bytes = 0};
}
base::HttpResponse fine() { return {.status = 200, .headers = {}, .body_bytes = 4}; }

struct ClientLab {
  Seen seen;
  site::PoliteClient client;
  explicit ClientLab(Answering::Answer answer, std::optional<site::HostToken> token = std::nullopt)
      : client(std::make_unique<Answering>(seen, std::move(answer)), kNow, std::move(token)) {}
  std::optional<std::string> fetch(const base::Url& url = kFile) {
    return site::fetch_small_file(client, url, 100, site::Freshness::any);
  }
};

}  // namespace

TEST_SUITE("site/polite_client") {
  TEST_CASE("a short Retry-After is waited for, and the answer is taken") {
    ClientLab lab([](std::size_t number) { return number == 1 ? busy("2") : fine(); });
    CHECK(lab.fetch() == "fine");
    CHECK(lab.seen.requests.size() == 2);
    REQUIRE(lab.seen.pauses.size() == 2);
    CHECK(lab.seen.pauses.back() == seconds(2));
    CHECK(lab.client.asked_to_wait() == std::nullopt);
  }

  TEST_CASE("a longer one ends the questions to that host, and is told, a day at most") {
    struct Row {
      std::string text;
      seconds wait;
    };
    for (const Row& row : {Row{"3600", seconds(3600)}, Row{"1000000000", seconds(86'400)},
                           Row{"Fri, 20 Nov 2026 10:30:00 GMT", seconds(1800)}}) {
      CAPTURE(row.text);
      ClientLab lab([&](std::size_t) { return busy(row.text); });
      test::check_error(Errc::network, "a.example: it asks to be left alone for",
                        [&] { lab.fetch(); });
      CHECK(lab.seen.requests.size() == 1);
      CHECK(lab.client.asked_to_wait() == row.wait);
      // Another host has said nothing.
      lab.seen.requests.clear();
      test::message_of(Errc::network, [&] { lab.fetch(base::Url::parse("https://b.example/")); });
      CHECK(lab.seen.requests.size() == 1);
    }
  }

  TEST_CASE("without a time that can be read, the pauses are our own") {
    ClientLab lab([](std::size_t) { return busy("soon"); });
    test::check_error(Errc::network, "HTTP 429", [&] { lab.fetch(); });
    CHECK(lab.seen.requests.size() == 3);
    CHECK(lab.seen.pauses.size() == 2);
    CHECK(lab.client.asked_to_wait() == std::nullopt);
  }

  TEST_CASE("what cannot pass is not tried again") {
    for (const int status : {400, 401, 403, 404, 410, 451}) {
      CAPTURE(status);
      ClientLab lab([&](std::size_t) {
        return base::HttpResponse{.status = status, .headers = {}, .body_bytes = 0};
      });
      if (status == 404 || status == 410) {
        CHECK(lab.fetch() == std::nullopt);
      } else {
        test::check_error(Errc::network, base::cat("HTTP ", status), [&] { lab.fetch(); });
      }
      CHECK(lab.seen.requests.size() == 1);
      CHECK(lab.seen.pauses.empty());
    }
  }

  TEST_CASE("a token is shown to its host alone") {
    struct Row {
      std::string url;
      bool shown;
    };
    for (const Row& row :
         {Row{"https://a.example/file", true}, Row{"https://A.EXAMPLE/file", true},
          Row{"https://b.example/file", false}, Row{"https://a.example:444/file", false},
          Row{"https://a.example.org/file", false}, Row{"https://x.a.example/file", false}}) {
      CAPTURE(row.url);
      ClientLab lab([](std::size_t) { return fine(); }, site::HostToken{"a.example", "secret"});
      lab.fetch(base::Url::parse(row.url));
      const auto& headers = lab.seen.requests.at(0).headers;
      const std::vector<std::pair<std::string, std::string>> expected{
          {"Authorization", "Bearer secret"}};
      CHECK((headers == expected) == row.shown);
      CHECK(headers.empty() != row.shown);
    }
  }
}
