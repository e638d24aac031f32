#include "site/partial_download.hpp"

#include "base/text.hpp"
#include "site/archive_download.hpp"
#include "tests/site/archive_content.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/hostile_server.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

using base::cat;
using base::Errc;

namespace {

constexpr std::size_t kSize = 200'000;

std::string make_bytes() {
  std::string bytes(kSize, '\0');
  unsigned state = 1;
  for (char& byte : bytes) {
    state = state * 1'664'525 + 1'013'904'223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

// Counts what a person would wait for.
class CountingClient : public base::HttpClient {
 public:
  explicit CountingClient(const test::HostileServer& server)
      : m_http(base::make_http_client({.user_agent = "test",
                                       .ca_file = server.ca_file(),
                                       .ca_directory = {},
                                       .proxy = "",
                                       .no_proxy = ""})) {}
  base::HttpResponse get(const base::HttpRequest& request, const base::ByteSink& sink) override {
    return m_http->get(request, sink);
  }
  void pause(std::chrono::milliseconds) override { ++pauses; }
  int pauses = 0;

 private:
  std::unique_ptr<base::HttpClient> m_http;
};

// An archive on a real server, and a state folder in which an interrupted download waits.
struct PartialDownloadLab {
  const std::string bytes = make_bytes();
  base::TemporaryDirectory site{base::Path("/tmp"), "partial-site."};
  base::TemporaryDirectory state{base::Path("/tmp"), "partial-state."};
  test::HostileServer server{site.path()};
  CountingClient http{server};
  schema::Release release = test::make_release({.archive_bytes = bytes});

  PartialDownloadLab() {
    put("a.tar.gz", bytes);
    entry().url = url("a.tar.gz");
  }
  void put(std::string_view name, std::string_view content) const {
    base::write_file_atomically(site.path() / name, content);
  }
  [[nodiscard]] base::Url url(std::string_view name) const {
    return base::Url::parse(cat(server.url(), name));
  }
  schema::PlatformEntry& entry() { return release.platforms.begin()->second; }
  [[nodiscard]] base::Path part() const { return state.path() / "download.part"; }
  [[nodiscard]] base::Path description() const { return state.path() / "download.json"; }

  // As a run that was killed left it: the first `count` bytes, of a.tar.gz.
  void keep(std::size_t count) {
    server.set_mode("plain");
    test::message_of(Errc::cancelled, [&] {
      download([&](std::uint64_t so_far) {
        if (so_far > 0) throw base::Error(Errc::cancelled, "killed");
      });
    });
    REQUIRE(base::read_file(part(), kSize) == bytes.substr(0, std::filesystem::file_size(part())));
    write_part(bytes.substr(0, count));
  }
  void write_part(std::string_view content) const {
    base::write_file_atomically(part(), content, 0600);
  }
  site::ProvenArchive download(const site::DownloadProgress& progress = {}) {
    return site::download_archive(http,
                                  {.version = schema::Version::parse("1.0.0"),
                                   .entry = entry(),
                                   .configured_bases = {},
                                   .staging = state.path(),
                                   .kept_in = state.path()},
                                  progress);
  }
  [[nodiscard]] std::vector<test::ReceivedRequest> requests_since(std::size_t first) const {
    auto all = server.requests();
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(first));
    return all;
  }
};

}  // namespace

TEST_SUITE("site/partial_download") {
  TEST_CASE("a killed download goes on where it was, with the tag of what was there") {
    PartialDownloadLab lab;
    lab.keep(180'000);
    const std::size_t before = lab.server.requests().size();
    const site::ProvenArchive archive = lab.download();
    CHECK(test::content_of(archive) == lab.bytes);
    CHECK(archive.downloaded_bytes == 20'000);
    const auto requests = lab.requests_since(before);
    REQUIRE(requests.size() == 1);
    CHECK(requests.front().header("range") == "bytes=180000-");
    CHECK(requests.front().header("if-range").starts_with('"'));
    CHECK(base::list_directory(lab.state.path()).empty());
  }

  TEST_CASE("a download that was whole when the kill came needs no request") {
    PartialDownloadLab lab;
    lab.keep(kSize);
    const std::size_t before = lab.server.requests().size();
    const site::ProvenArchive archive = lab.download();
    CHECK(test::content_of(archive) == lab.bytes);
    CHECK(archive.downloaded_bytes == 0);
    CHECK(lab.requests_since(before).empty());
  }

  TEST_CASE("what a server does with a range, and what it costs") {
    struct Row {
      std::string mode;
      std::uint64_t downloaded;
      std::size_t requests;
    };
    for (const Row& row : {
             Row{"plain", 100'000, 1}, Row{"ignore-range", 200'000, 1},  // row 26: 200 begins anew
             Row{"wrong-range", 200'000, 2},                             // row 27: other start
             Row{"range-full", 200'000, 2},            // row 27: 206 with the full body
             Row{"range-short", 250'000, 2},           // row 27: 206 that ends too early
             Row{"range-other-total", 200'000, 2},     // row 27: 206 of a file of another size
             Row{"range-without-header", 200'000, 2},  // 206 without Content-Range
             Row{"range-refused", 200'000, 2},         // row 28: 416 though there is more
             Row{"no-etag", 100'000, 1},               // row 34: the digest decides
             Row{"weak-etag", 100'000, 1},
             Row{"etag-change", 200'000, 1},  // row 29: If-Range gives the whole file
         }) {
      CAPTURE(row.mode);
      PartialDownloadLab lab;
      lab.keep(100'000);
      lab.server.set_mode(row.mode);
      const std::size_t before = lab.server.requests().size();
      const site::ProvenArchive archive = lab.download();
      CHECK(test::content_of(archive) == lab.bytes);
      CHECK(archive.downloaded_bytes == row.downloaded);
      CHECK(lab.requests_since(before).size() == row.requests);
      CHECK(lab.http.pauses == 0);
      CHECK(base::list_directory(lab.state.path()).empty());
    }
  }

  TEST_CASE("a weak tag, or none, is never sent as If-Range") {
    for (const std::string_view mode : {"weak-etag", "no-etag"}) {
      CAPTURE(mode);
      PartialDownloadLab lab;
      lab.server.set_mode(mode);
      test::message_of(Errc::cancelled, [&] {
        lab.download([&](std::uint64_t so_far) {
          if (so_far > 0) throw base::Error(Errc::cancelled, "killed");
        });
      });
      const site::ProvenArchive archive = lab.download();
      CHECK(archive.downloaded_bytes < kSize);
      CHECK(lab.server.requests().back().header("range").starts_with("bytes="));
      CHECK(lab.server.requests().back().header("if-range").empty());
    }
  }

  TEST_CASE("a kept part that is damaged costs one full download, never an error") {
    PartialDownloadLab lab;
    const std::string wrong(100'000, 'x');
    struct Row {
      std::string what;
      std::function<void()> harm;
      std::uint64_t downloaded;
    };
    for (const Row& row : {
             Row{"bytes changed", [&] { lab.write_part(wrong); }, 300'000},
             Row{"longer than the archive", [&] { lab.write_part(lab.bytes + "x"); }, 200'000},
             Row{"whole and wrong", [&] { lab.write_part(wrong + wrong); }, 200'000},
             Row{"empty", [&] { lab.write_part(""); }, 200'000},
             Row{"no description", [&] { base::remove_if_exists(lab.description()); }, 200'000},
             Row{"a description that is no JSON",
                 [&] { base::write_file_atomically(lab.description(), "{"); }, 200'000},
             Row{"an enormous description",
                 [&] {
                   base::write_file_atomically(lab.description(), "{\"schema\":1,\"url\":\"x\"}");
                 },
                 200'000},
             Row{"a link to a file of somebody's",
                 [&] {
                   base::remove_if_exists(lab.part());
                   std::filesystem::create_symlink(lab.site.path() / "a.tar.gz", lab.part());
                 },
                 200'000},
             Row{"a file with a second name",
                 [&] { std::filesystem::create_hard_link(lab.part(), lab.site.path() / "second"); },
                 200'000},
             Row{"a folder",
                 [&] {
                   base::remove_if_exists(lab.part());
                   base::make_directories(lab.part() / "x");
                 },
                 200'000},
         }) {
      CAPTURE(row.what);
      lab.keep(100'000);
      row.harm();
      const site::ProvenArchive archive = lab.download();
      CHECK(test::content_of(archive) == lab.bytes);
      CHECK(archive.downloaded_bytes == row.downloaded);
      CHECK(base::list_directory(lab.state.path()).empty());
      CHECK(base::read_file(lab.site.path() / "a.tar.gz", kSize) == lab.bytes);
    }
  }

  TEST_CASE("a part of another archive is not gone on with") {
    PartialDownloadLab lab;
    lab.keep(100'000);
    std::string other = lab.bytes;
    other.back() = static_cast<char>(other.back() ^ 1);
    lab.put("a.tar.gz", other);
    lab.release = test::make_release({.archive_bytes = other});
    lab.entry().url = lab.url("a.tar.gz");
    CHECK(lab.download().downloaded_bytes == kSize);
  }

  TEST_CASE("row 44: what broke off goes on in the same run, at the same source and at the next") {
    PartialDownloadLab lab;
    lab.server.set_mode("reset-twice");
    const site::ProvenArchive archive = lab.download();
    CHECK(test::content_of(archive) == lab.bytes);
    CHECK(lab.http.pauses == 2);
    CHECK(archive.downloaded_bytes == kSize);

    lab.put("b.tar.gz", lab.bytes);
    lab.entry().mirrors = {lab.url("b.tar.gz")};
    lab.server.set_mode("reset", "a.tar.gz");
    const site::ProvenArchive second = lab.download();
    CHECK(test::content_of(second) == lab.bytes);
    CHECK(second.source == lab.url("b.tar.gz").text());
    // The first one knows no ranges: three times the half of it, and the rest from the second.
    CHECK(second.downloaded_bytes == 2 * kSize);
    // Another source's tag says nothing here.
    CHECK(lab.server.requests().back().header("if-range").empty());
  }

  TEST_CASE("the page of a captive portal leaves what is kept as it is") {
    PartialDownloadLab lab;
    lab.keep(100'000);
    lab.server.set_mode("html");
    test::check_error(Errc::network, "a web page", [&] { lab.download(); });
    CHECK(lab.http.pauses == 0);
    lab.server.set_mode("plain");
    CHECK(lab.download().downloaded_bytes == 100'000);
  }

  TEST_CASE("a source is tried three times, all of them ten times") {
    PartialDownloadLab lab;
    for (int i = 0; i < 5; ++i)
      lab.entry().mirrors.push_back(lab.url(cat("mirror-", i, ".tar.gz")));
    lab.server.set_mode("status-503");
    test::check_error(Errc::network, "HTTP 503", [&] { lab.download(); });
    CHECK(lab.server.requests().size() == 10);
    CHECK(base::list_directory(lab.state.path()).empty());
  }

  TEST_CASE("a part is kept for seven days after it was written") {
    struct Row {
      std::chrono::hours age;
      bool stays;
    };
    for (const Row& row :
         {Row{std::chrono::hours(0), true}, Row{std::chrono::hours(167), true},
          Row{std::chrono::hours(169), false}, Row{std::chrono::hours(-169), false}}) {
      CAPTURE(row.age.count());
      PartialDownloadLab lab;
      lab.keep(100'000);
      const auto written = std::filesystem::last_write_time(lab.part());
      const auto now = std::chrono::floor<std::chrono::seconds>(
          std::chrono::file_clock::to_sys(written) + row.age);
      site::remove_old_kept_download(lab.state.path(), now);
      CHECK(base::list_directory(lab.state.path()).empty() != row.stays);
    }
  }
}
