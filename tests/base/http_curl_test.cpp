#include "base/ca_certificates.hpp"
#include "base/deflate.hpp"
#include "base/http.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/hostile_server.hpp"

#include <doctest/doctest.h>

#include <string>

using base::cat;
using base::Errc;
using base::HttpOptions;
using base::HttpResponse;
using base::Url;

namespace {

struct Served {
  base::TemporaryDirectory folder{std::filesystem::temp_directory_path(), "http-test."};
  std::string text = std::string(300000, 'a') + "end";
  Served() { base::write_new_file(folder.path() / "file.bin", text); }
};

HttpOptions options_for(const test::HostileServer& server) {
  return {.user_agent = "test/1.0",
          .ca_file = server.ca_file(),
          .ca_directory = {},
          .proxy = "",
          .no_proxy = "",
          .connect_timeout = std::chrono::seconds(5),
          .stall_timeout = std::chrono::seconds(2)};
}

struct Fetched {
  HttpResponse response;
  std::string body;
};

Fetched fetch(const HttpOptions& options, const std::string& url, std::uint64_t max_bytes = 1 << 20,
              std::chrono::seconds deadline = std::chrono::seconds(20)) {
  const auto client = base::make_http_client(options);
  Fetched fetched;
  fetched.response = client->get(
      {.url = Url::parse(url), .headers = {}, .max_bytes = max_bytes, .deadline = deadline},
      [&](std::string_view bytes) { fetched.body += bytes; });
  return fetched;
}

}  // namespace

TEST_SUITE("base/http_curl") {
  TEST_CASE("a file comes whole, with headers in lower case, on one connection") {
    const Served served;
    const test::HostileServer server(served.folder.path());
    const auto client = base::make_http_client(options_for(server));
    std::string body;
    const auto sink = [&](std::string_view bytes) { body += bytes; };
    const Url url = Url::parse(server.url()).child("file.bin");
    const HttpResponse first = client->get({url, {{"X-One", "1"}}, 1 << 20}, sink);
    CHECK(first.status == 200);
    CHECK(body == served.text);
    CHECK(first.body_bytes == served.text.size());
    REQUIRE(first.header("etag").has_value());
    CHECK_FALSE(first.header("no-such").has_value());
    body.clear();
    const HttpResponse second =
        client->get({url, {{"If-None-Match", *first.header("etag")}}, 1 << 20}, sink);
    CHECK(second.status == 304);
    CHECK(body.empty());
    const HttpResponse part = client->get({url, {{"Range", "bytes=300000-"}}, 1 << 20}, sink);
    CHECK(part.status == 206);
    CHECK(body == "end");
    CHECK(server.connections() == 1);
    const auto requests = server.requests();
    CHECK(requests[0].header("x-one") == "1");
    CHECK(requests[1].header("x-one").empty());
    CHECK(requests[0].header("user-agent") == "test/1.0");
    // Nothing else about the machine is sent.
    for (const auto& [name, value] : requests[0].headers) {
      CHECK((name == "host" || name == "user-agent" || name == "accept" || name == "x-one"));
    }
  }

  TEST_CASE("every way of failing has its status and its words") {
    struct Row {
      std::string_view mode;
      Errc code;
      std::string_view words;
    };
    const Row rows[] = {
        {"redirect-http", Errc::network, "redirects to something other than https"},
        {"redirect-file", Errc::network, "redirects to something other than https"},
        {"redirect-user", Errc::network, "redirects to a URL that is refused"},
        {"redirect-loop", Errc::network, "more than 5 redirects"},
        {"nothing", Errc::network, "closed the connection without an answer"},
        {"silent", Errc::network, "stalled for 2 s"},
        {"garbage", Errc::network, "its answer is not HTTP"},
        {"headers", Errc::network, "bytes of headers"},
        {"endless", Errc::untrusted, "sends more than the 1048576 bytes"},
        {"status-500-endless", Errc::network, "sends more than the 1048576 bytes"},
        {"cut-short", Errc::network, "ended before the whole body had come"},
        {"reset", Errc::network, "the connection broke"},
        {"stall", Errc::network, "stalled for 2 s"},
        {"expired", Errc::network, "certificate has expired"},
        {"wrong-host", Errc::network, "certificate is for another host"},
        {"unknown-issuer", Errc::network, "authority that this machine does not know"},
        {"tls11", Errc::network, "does not speak TLS 1.2 or newer"},
    };
    const Served served;
    for (const Row& row : rows) {
      CAPTURE(row.mode);
      const test::HostileServer server(served.folder.path(), row.mode);
      const std::string message = test::message_of(
          row.code, [&] { fetch(options_for(server), server.url() + "file.bin"); });
      CHECK_MESSAGE(message.find(row.words) != std::string::npos, message);
      CHECK_MESSAGE(message.find("127.0.0.1:") != std::string::npos, message);
      CHECK_MESSAGE(message.find("secret") == std::string::npos, message);
    }
  }

  TEST_CASE("a slow answer ends at the deadline, though it never stalls") {
    const Served served;
    const test::HostileServer server(served.folder.path(), "drip");
    test::check_error(Errc::network, "not done within 2 s", [&] {
      fetch(options_for(server), server.url() + "file.bin", 1 << 20, std::chrono::seconds(2));
    });
  }

  TEST_CASE("redirects by https are followed, and headers are those of the last answer") {
    const Served served;
    for (const std::string_view mode : {"redirect", "redirect-host"}) {
      const test::HostileServer server(served.folder.path(), mode);
      const Fetched fetched = fetch(options_for(server), server.url() + "file.bin");
      CHECK(fetched.response.status == 200);
      CHECK(fetched.body == served.text);
      CHECK_FALSE(fetched.response.header("location").has_value());
    }
  }

  TEST_CASE("an error status is a value and its page is not a body") {
    const Served served;
    for (const int status : {403, 404, 429, 500}) {
      const test::HostileServer server(served.folder.path(), cat("status-", status));
      const Fetched fetched = fetch(options_for(server), server.url() + "file.bin");
      CHECK(fetched.response.status == status);
      CHECK(fetched.body.empty());
      CHECK(fetched.response.header("retry-after").has_value() == (status == 429));
    }
  }

  TEST_CASE("a compressed answer is not unpacked") {
    const Served served;
    const test::HostileServer server(served.folder.path(), "gzip");
    const Fetched fetched = fetch(options_for(server), server.url() + "file.bin");
    CHECK(fetched.body == base::gzip(served.text, 6).view());
    CHECK(server.requests()[0].header("accept-encoding").empty());
  }

  TEST_CASE("the limit counts to the byte") {
    const Served served;
    const test::HostileServer server(served.folder.path());
    const std::string url = server.url() + "file.bin";
    CHECK(fetch(options_for(server), url, served.text.size()).body == served.text);
    test::check_error(Errc::untrusted, "more than the 300002 bytes",
                      [&] { fetch(options_for(server), url, served.text.size() - 1); });
  }

  TEST_CASE("what the sink throws comes through") {
    const Served served;
    const test::HostileServer server(served.folder.path());
    const auto client = base::make_http_client(options_for(server));
    const Url url = Url::parse(server.url()).child("file.bin");
    test::check_error(Errc::cannot_write, "disk full", [&] {
      client->get({url, {}, 1 << 20},
                  [](std::string_view) { throw base::Error(Errc::cannot_write, "disk full"); });
    });
    // The client is of use afterwards.
    CHECK(client->get({url, {}, 1 << 20}, [](std::string_view) {}).status == 200);
  }

  TEST_CASE("a proxy is used where it is named, and where no_proxy does not except the host") {
    const Served served;
    const test::HostileServer server(served.folder.path());
    const test::HostileServer proxy(served.folder.path(), "proxy-refuses");
    HttpOptions options = options_for(server);
    options.proxy = proxy.url();
    test::check_error(Errc::network, "the proxy refuses",
                      [&] { fetch(options, server.url() + "file.bin"); });
    options.no_proxy = "localhost,127.0.0.1";
    CHECK(fetch(options, server.url() + "file.bin").body == served.text);
  }

  TEST_CASE("libcurl's own reading of the environment is out of use") {
    const Served served;
    const test::HostileServer server(served.folder.path());
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    CHECK(fetch(options_for(server), server.url() + "file.bin").body == served.text);
    unsetenv("https_proxy");
    unsetenv("ALL_PROXY");
  }

  TEST_CASE("a name that nobody knows and a port where nobody listens") {
    HttpOptions options;
    options.user_agent = "test/1.0";
    test::check_error(Errc::network, "nothing.invalid: its name is not known",
                      [&] { fetch(options, "https://nothing.invalid/x"); });
    test::check_error(Errc::network, "127.0.0.1:1: the connection was refused",
                      [&] { fetch(options, "https://127.0.0.1:1/x"); });
  }

  TEST_CASE("a file of authorities that is not there is named") {
    const Served served;
    const test::HostileServer server(served.folder.path());
    HttpOptions options = options_for(server);
    options.ca_file = served.folder.path() / "none.pem";
    test::check_error(Errc::network, "none.pem; name your authority by SSL_CERT_FILE",
                      [&] { fetch(options, server.url() + "file.bin"); });
    options.ca_setting = "a key";
    test::check_error(Errc::network, "none.pem; name your authority by a key",
                      [&] { fetch(options, server.url() + "file.bin"); });
  }
}

TEST_SUITE("base/ca_certificates") {
  TEST_CASE("a folder with hashed names is preferred, then the first bundle, then nothing") {
    const base::TemporaryDirectory root(std::filesystem::temp_directory_path(), "ca-test.");
    CHECK(base::find_ca_certificates(root.path()) == base::CaLocation{});

    base::make_directories(root.path() / "etc/pki/tls/certs");
    base::write_new_file(root.path() / "etc/pki/tls/certs/ca-bundle.crt", "x");
    CHECK(base::find_ca_certificates(root.path()).file ==
          root.path() / "etc/pki/tls/certs/ca-bundle.crt");

    base::make_directories(root.path() / "etc/ssl/certs");
    base::write_new_file(root.path() / "etc/ssl/certs/ca-certificates.crt", "x");
    CHECK(base::find_ca_certificates(root.path()).file ==
          root.path() / "etc/ssl/certs/ca-certificates.crt");

    base::write_new_file(root.path() / "etc/ssl/certs/5ed36f99.0", "x");
    const auto found = base::find_ca_certificates(root.path());
    CHECK(found.directory == root.path() / "etc/ssl/certs");
    CHECK_FALSE(found.file.has_value());
  }
}
