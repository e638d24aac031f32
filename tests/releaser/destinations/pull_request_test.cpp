#include "releaser/destinations/pull_request.hpp"

#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/forge_server.hpp"

#include <doctest/doctest.h>

namespace {

using base::cat;
using releaser::api_repository;
using releaser::PullRequests;
using test::Dialect;
using test::ForgeServer;

class Counted : public releaser::Patience {
 public:
  [[nodiscard]] base::Time now() const override { return base::Time(); }
  [[nodiscard]] std::chrono::milliseconds left() const override { return std::chrono::hours(1); }
  void wait(std::chrono::milliseconds) override {}
};

// A repository on a host, of which one branch is to come into another.
struct Place {
  ForgeServer server;

  explicit Place(Dialect dialect) : server(dialect) {
    (void)server.control("/reset", R"({"repositories": {"maker/tap": {}}, "tokens": {)"
                                   R"("secret": {"permissions": {"maker/tap": "write"}},)"
                                   R"("half": {"kind": "fine_grained", "pulls": false,)"
                                   R"("permissions": {"maker/tap": "write"}}}})");
  }
  [[nodiscard]] PullRequests pulls(const std::string& token = "secret") const {
    const releaser::git::Remote remote{server.url("web") + "/maker/tap.git", token, "TAP_TOKEN"};
    return {{.http = server.http_options(), .tokens = {}, .patience = std::make_shared<Counted>()},
            *api_repository(remote, server.url("api")),
            remote,
            "cco-release/tool",
            "main"};
  }
  void person(const std::string& fields) const {
    (void)server.control("/pull", cat(R"({"repository": "maker/tap", )", fields, "}"));
  }
  void fault(const std::string& fields) const {
    (void)server.control("/faults", cat("[", fields, "]"));
  }
};

}  // namespace

TEST_SUITE("releaser/destinations/pull_request") {
  TEST_CASE("the repository of an API follows from where git goes") {
    struct Row {
      const char *url, *api, *expected;
    };
    const Row rows[] = {
        {"https://github.com/o/n.git", "https://api.github.com", "o/n"},
        {"https://github.com/o/n", "https://api.github.com", "o/n"},
        {"https://user@github.com/o/n/", "https://api.github.com", "o/n"},
        {"https://example.com:8443/below/o/n.git", "https://example.com:8443/below/api/v1", "o/n"},
        {"https://github.com/o/n.git", "", nullptr},
        {"git@github.com:o/n.git", "https://api.github.com", nullptr},
        {"ssh://git@github.com/o/n.git", "https://api.github.com", nullptr},
        {"/srv/o/n.git", "https://api.github.com", nullptr},
        {"https://github.com", "https://api.github.com", nullptr},
        {"https://github.com/n.git", "https://api.github.com", nullptr},
        {"https://github.com//n.git", "https://api.github.com", nullptr},
    };
    for (const Row& row : rows) {
      CAPTURE(row.url);
      const auto found = api_repository({row.url, "", ""}, row.api);
      CHECK(found.has_value() == (row.expected != nullptr));
      if (!found || row.expected == nullptr) continue;
      CHECK(found->repository == row.expected);
      CHECK(found->api_url == row.api);
    }
    CHECK(releaser::known_api_url("https://github.com") == "https://api.github.com");
    CHECK(releaser::known_api_url("https://codeberg.org") == "https://codeberg.org/api/v1");
    CHECK(releaser::known_api_url("https://gitlab.com").empty());
  }

  TEST_CASE("one is opened, found, changed, and told from others, in both dialects") {
    for (const Dialect dialect : {Dialect::github, Dialect::gitea}) {
      CAPTURE(static_cast<int>(dialect));
      const Place place(dialect);
      PullRequests pulls = place.pulls();
      CHECK_FALSE(pulls.find());
      const auto opened = pulls.open("tool 1.0.0", "about it");
      CHECK(opened.is_open);
      CHECK_MESSAGE(opened.url.find("/maker/tap/pull") != std::string::npos, opened.url);
      const auto found = pulls.find();
      REQUIRE(found);
      CHECK(found->number == opened.number);
      CHECK(found->title == "tool 1.0.0");
      CHECK(found->body == "about it");
      CHECK(pulls.open("tool 1.0.0", "again").number == opened.number);
      pulls.change(*found, "tool 1.1.0", "more");
      CHECK(pulls.find()->title == "tool 1.1.0");
      CHECK(pulls.find()->body == "more");
      place.person(R"("number": 1, "state": "closed")");
      CHECK_FALSE(pulls.find()->is_open);
      CHECK_FALSE(pulls.find()->is_merged);
      CHECK(pulls.open("tool 1.2.0", "next").number == 2);
      place.person(R"("number": 2, "state": "closed", "merged": true)");
      CHECK(pulls.find()->number == 2);
      CHECK(pulls.find()->is_merged);
    }
  }

  TEST_CASE("what breaks on the way leaves one and not two") {
    for (const Dialect dialect : {Dialect::github, Dialect::gitea}) {
      for (const char* const fault : {"refuse", "lost", "502", "502_after", "reset_in_answer"}) {
        CAPTURE(static_cast<int>(dialect));
        CAPTURE(fault);
        const Place place(dialect);
        place.fault(cat(R"({"method": "POST", "path": "/pulls$", "do": ")", fault, "\"}"));
        CHECK(place.pulls().open("tool 1.0.0", "x").number == 1);
        place.fault(cat(R"({"method": "PATCH", "path": "/pulls/1$", "do": ")", fault, "\"}"));
        place.pulls().change(*place.pulls().find(), "tool 1.1.0", "y");
        CHECK(place.pulls().find()->title == "tool 1.1.0");
        CHECK(place.server.control("/state").find("\"number\": 2") == std::string::npos);
      }
    }
  }

  TEST_CASE("a token that lacks the permission is told which") {
    const Place github(Dialect::github);
    const std::string message = test::message_of(
        base::Errc::permission, [&] { (void)github.pulls("half").open("tool 1.0.0", "x"); });
    for (const char* const part :
         {"the variable TAP_TOKEN", "may not write pull requests of maker/tap",
          "`Pull requests: write`"})
      CHECK_MESSAGE(message.find(part) != std::string::npos, message);
    const Place gitea(Dialect::gitea);
    test::check_error(base::Errc::permission, "scope `write:repository`",
                      [&] { (void)gitea.pulls("half").open("tool 1.0.0", "x"); });
    test::check_error(base::Errc::permission, "gives no token", [&] { (void)github.pulls(""); });
  }
}
