#include "site/archive_download.hpp"

#include "base/text.hpp"
#include "tests/site/archive_content.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/release_server.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include <sys/stat.h>

using base::Errc;
using test::check_error;

namespace {

const std::string archive_bytes = [] {
  std::string bytes;
  for (int i = 0; i < 5000; ++i)
    bytes += static_cast<char>(i * 7);
  return bytes;
}();
const std::string archive_name = "tool-v1.0.0-linux-x86_64.tar.gz";
const std::string archive_url = "https://releases.example.com/tool/releases/v1.0.0/" + archive_name;
const std::string mirror_url = "https://mirror.example.org/" + archive_name;
const std::string configured_url =
    "https://inside.example.net/files/releases/v1.0.0/" + archive_name;

struct DownloadLab {
  base::TemporaryDirectory staging{base::Path("/tmp"), "site-test."};
  test::ReleaseServer server;
  schema::Release release = test::make_release({.archive_bytes = archive_bytes});
  std::vector<std::uint64_t> progress;

  schema::PlatformEntry& entry() { return release.platforms.begin()->second; }
  site::ArchiveRequest request() {
    return {.version = schema::Version::parse("1.0.0"),
            .entry = entry(),
            .configured_bases = {},
            .staging = staging.path()};
  }
  site::ProvenArchive download() {
    return site::download_archive(server, request(),
                                  [&](std::uint64_t bytes) { progress.push_back(bytes); });
  }
};

// Sends half of each body and breaks the connection, so many times.
class BreakingConnection : public base::HttpClient {
 public:
  BreakingConnection(test::ReleaseServer& server, int breaks)
      : m_server(server), m_breaks(breaks) {}
  base::HttpResponse get(const base::HttpRequest& request, const base::ByteSink& sink) override {
    if (m_breaks == 0) return m_server.get(request, sink);
    --m_breaks;
    sink(archive_bytes.substr(0, archive_bytes.size() / 2));
    throw base::Error(Errc::network, "the connection broke");
  }

 private:
  test::ReleaseServer& m_server;
  int m_breaks;
};

}  // namespace

TEST_SUITE("site/archive_download") {
  TEST_CASE("a connection that breaks on the way is tried three times") {
    for (const int breaks : {1, 2, 3}) {
      CAPTURE(breaks);
      DownloadLab lab;
      lab.server.put(archive_url, archive_bytes);
      BreakingConnection client(lab.server, breaks);
      const auto download = [&] { return site::download_archive(client, lab.request(), {}); };
      if (breaks < 3) {
        const site::ProvenArchive archive = download();
        CHECK(test::content_of(archive) == archive_bytes);
        CHECK(archive.downloaded_bytes ==
              archive_bytes.size() + static_cast<std::size_t>(breaks) * archive_bytes.size() / 2);
      } else {
        check_error(Errc::network, "the connection broke", download);
        CHECK(lab.server.requests.empty());
      }
    }
  }

  TEST_CASE("an archive with the manifest's size and digest is taken") {
    DownloadLab lab;
    lab.server.put(archive_url, archive_bytes);
    const site::ProvenArchive archive = lab.download();
    CHECK(test::content_of(archive) == archive_bytes);
    CHECK(archive.source == archive_url);
    CHECK(archive.downloaded_bytes == archive_bytes.size());
    CHECK(lab.progress == std::vector<std::uint64_t>{0, 1000, 2000, 3000, 4000, 5000});
    CHECK(lab.server.requests.size() == 1);
  }

  TEST_CASE("row 17: the file has no name, so that nothing can be exchanged after the proof") {
    DownloadLab lab;
    lab.server.put(archive_url, archive_bytes);
    const site::ProvenArchive archive = lab.download();
    CHECK(base::list_directory(lab.staging.path()).empty());
    struct stat status {};
    REQUIRE(fstat(archive.file.number(), &status) == 0);
    CHECK(status.st_nlink == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }

  TEST_CASE("sources: what the user set, then the manifest's own, none twice") {
    DownloadLab lab;
    lab.entry().mirrors = {base::Url::parse(mirror_url), base::Url::parse(archive_url)};
    site::ArchiveRequest request = lab.request();
    request.configured_bases = {base::Url::parse("https://inside.example.net/files/"),
                                base::Url::parse("https://releases.example.com/tool")};
    std::vector<std::string> texts;
    for (const base::Url& url : site::archive_sources(request))
      texts.push_back(url.text());
    CHECK(texts == std::vector<std::string>{configured_url, archive_url, mirror_url});
  }

  TEST_CASE("a source that is wrong is passed over, and alone it has its status") {
    struct Row {
      std::string what;
      std::function<void(test::ReleaseServer&)> harm;
      Errc alone;
      std::string message;
    };
    for (const Row& row : {
             Row{"row 13: other bytes of the same size",
                 [](auto& server) {
                   server.put(archive_url, std::string(archive_bytes.size(), 'x'));
                 },
                 Errc::untrusted, "its SHA-256 is"},
             Row{"cut short",
                 [](auto& server) { server.put(archive_url, archive_bytes.substr(0, 4999)); },
                 Errc::untrusted, "cut short: 4999 of 5000 bytes"},
             Row{"nothing", [](auto& server) { server.put(archive_url, ""); }, Errc::untrusted,
                 "cut short: 0 of 5000 bytes"},
             Row{"row 5: longer than declared",
                 [](auto& server) {
                   server.put(archive_url, archive_bytes + std::string(100'000, 'x'));
                 },
                 Errc::untrusted, "more than 5000 bytes"},
             Row{"one byte longer",
                 [](auto& server) { server.put(archive_url, archive_bytes + "x"); },
                 Errc::untrusted, "more than 5000 bytes"},
             Row{"web page",
                 [](auto& server) {
                   server.put(archive_url, "<!doctype HTML><title>Log in</title>");
                 },
                 Errc::untrusted, "cut short"},
             Row{"404", [](auto& server) { server.remove(archive_url); }, Errc::not_found,
                 "HTTP 404"},
             Row{"500", [](auto& server) { server.files[archive_url].status = 500; }, Errc::network,
                 "HTTP 500"},
             Row{"206 that nobody asked for",
                 [](auto& server) { server.files[archive_url].status = 206; }, Errc::network,
                 "HTTP 206"},
             Row{"row 21: a connection that breaks",
                 [](auto& server) {
                   server.intercept = [](std::size_t, const base::HttpRequest& request) {
                     if (request.url.text() == archive_url) {
                       throw base::Error(Errc::network, "TLS: certificate expired");
                     }
                   };
                 },
                 Errc::network, "certificate expired"},
         }) {
      CAPTURE(row.what);
      DownloadLab lab;
      lab.server.put(archive_url, archive_bytes);
      row.harm(lab.server);
      const bool page = row.what == "web page";
      check_error(page ? Errc::network : row.alone, page ? "web page" : row.message,
                  [&] { lab.download(); });
      CHECK(base::list_directory(lab.staging.path()).empty());
      lab.entry().mirrors = {base::Url::parse(mirror_url)};
      lab.server.put(mirror_url, archive_bytes);
      const site::ProvenArchive archive = lab.download();
      CHECK(test::content_of(archive) == archive_bytes);
      CHECK(archive.source == mirror_url);
      lab.server.put(mirror_url, std::string(archive_bytes.size(), 'y'));
      check_error(Errc::untrusted, mirror_url, [&] { lab.download(); });
    }
  }

  TEST_CASE("row 9: what is wrong with every source is told, each with its URL") {
    DownloadLab lab;
    lab.entry().mirrors = {base::Url::parse(mirror_url)};
    lab.server.files[mirror_url].status = 503;
    const std::string message = test::message_of(Errc::network, [&] { lab.download(); });
    CHECK(message == archive_url + ": HTTP 404; " + mirror_url + ": HTTP 503");
  }

  TEST_CASE("the disk and the user are no faults of a source") {
    DownloadLab lab;
    lab.entry().mirrors = {base::Url::parse(mirror_url)};
    lab.server.put(archive_url, archive_bytes);
    lab.server.put(mirror_url, archive_bytes);
    for (const Errc code : {Errc::cancelled, Errc::cannot_write}) {
      lab.server.requests.clear();
      check_error(code, "stop", [&] {
        site::download_archive(lab.server, lab.request(), [&](std::uint64_t bytes) {
          if (bytes > 2000) throw base::Error(code, "stop");
        });
      });
      CHECK(lab.server.requests.size() == 1);
    }
    site::ArchiveRequest request = lab.request();
    request.staging = lab.staging.path() / "missing";
    CHECK_THROWS_AS(site::download_archive(lab.server, request, {}), base::Error);
  }

  TEST_CASE("a file:// base is read by the reader of files") {
    DownloadLab lab;
    const base::TemporaryDirectory stick("/tmp", "site-stick.");
    base::make_directories(stick.path() / "releases/v1.0.0");
    base::write_file_atomically(stick.path() / "releases/v1.0.0" / archive_name, archive_bytes);
    site::ArchiveRequest request = lab.request();
    request.configured_bases = {base::Url::parse("file://" + stick.path().string())};
    CHECK(test::content_of(site::download_archive(lab.server, request, {})) == archive_bytes);
    CHECK(lab.server.requests.empty());
    base::write_file_atomically(stick.path() / "releases/v1.0.0" / archive_name,
                                archive_bytes + "x");
    lab.server.put(archive_url, archive_bytes);
    CHECK(site::download_archive(lab.server, request, {}).source == archive_url);
  }

  TEST_CASE("an archive of this machine is taken with the same proof") {
    DownloadLab lab;
    const base::Path path = lab.staging.path() / "given.tar.gz";
    base::write_file_atomically(path, archive_bytes);
    const site::ProvenArchive archive = site::take_archive(path, lab.request(), {});
    // What is at the path afterwards does not matter.
    base::write_file_atomically(path, "exchanged");
    CHECK(test::content_of(archive) == archive_bytes);
    CHECK(archive.downloaded_bytes == 0);
    check_error(Errc::untrusted, "given.tar.gz: it is cut short",
                [&] { site::take_archive(path, lab.request(), {}); });
    base::write_file_atomically(path, std::string(archive_bytes.size(), 'x'));
    check_error(Errc::untrusted, "its SHA-256 is",
                [&] { site::take_archive(path, lab.request(), {}); });
    base::write_file_atomically(path, archive_bytes + "x");
    check_error(Errc::untrusted, "longer than the 5000 bytes",
                [&] { site::take_archive(path, lab.request(), {}); });
    check_error(Errc::not_found, "absent",
                [&] { site::take_archive(lab.staging.path() / "absent", lab.request(), {}); });
    check_error(Errc::config, "", [&] { site::take_archive("/dev/zero", lab.request(), {}); });
  }
}
