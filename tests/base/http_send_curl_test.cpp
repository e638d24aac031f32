#include "base/http_send.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/forge_server.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using base::cat;
using base::Errc;
using base::HttpMethod;
using base::HttpUpload;
using base::Url;

namespace {

constexpr const char* kReset =
    R"({"repositories": {"o/r": {}}, "tokens": {"secret": {"permissions": {"o/r": "write"}}}})";

base::HttpCall call_of(HttpMethod method, const std::string& url, const std::string& body = "") {
  base::HttpCall call{.method = method,
                      .url = Url::parse(url),
                      .headers = {},
                      .authorization = "Bearer secret",
                      .upload = {},
                      .is_cancelled = {}};
  if (!body.empty()) call.upload = HttpUpload{"application/json", body, body.size()};
  return call;
}

// The lines of the server's log that hold `text`.
int logged(const test::ForgeServer& server, const std::string& text) {
  int count = 0;
  const std::string log = server.control("/log");
  for (std::size_t at = log.find(text); at != log.npos; at = log.find(text, at + 1))
    ++count;
  return count;
}

}  // namespace

TEST_SUITE("base/http_send_curl") {
  TEST_CASE("every method does what it says, and the words of an error arrive") {
    const test::ForgeServer server;
    server.control("/reset", kReset);
    const auto sender = base::make_http_sender(server.http_options());
    const std::string releases = server.url("api") + "/repos/o/r/releases";
    const auto made =
        sender->send(call_of(HttpMethod::post, releases, R"({"tag_name": "v1", "draft": true})"));
    CHECK(made.status == 201);
    CHECK(made.body.find("\"tag_name\": \"v1\"") != std::string::npos);
    const std::string release = *made.header("location");
    CHECK(sender->send(call_of(HttpMethod::patch, release, R"({"name": "One"})")).status == 200);
    CHECK(sender->send(call_of(HttpMethod::get, release)).body.find("\"One\"") !=
          std::string::npos);
    CHECK(sender->send(call_of(HttpMethod::remove, release)).status == 204);
    const auto gone = sender->send(call_of(HttpMethod::get, release));
    CHECK(gone.status == 404);
    CHECK(gone.body.find("Not Found") != std::string::npos);
  }

  TEST_CASE("a file is sent as it is, also a second time, and never in part") {
    const test::ForgeServer server;
    server.control("/reset", kReset);
    const auto sender = base::make_http_sender(server.http_options());
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "http-send-");
    const base::Path file = folder.path() / "file";
    base::write_new_file(file, std::string(3'000'000, 'x'));
    const auto made =
        sender->send(call_of(HttpMethod::post, server.url("api") + "/repos/o/r/releases",
                             R"({"tag_name": "v1", "draft": true})"));
    const std::string id = made.header("location")->substr(made.header("location")->rfind('/'));
    auto call = call_of(HttpMethod::post,
                        cat(server.url("uploads"), "/repos/o/r/releases", id, "/assets?name=file"));
    call.upload = HttpUpload{"application/octet-stream", file, 3'000'000};
    server.control("/faults", R"([{"at": 1, "do": "reset_in_request"}])");
    test::check_error(Errc::network, "localhost", [&] { (void)sender->send(call); });
    const auto again = sender->send(call);
    CHECK(again.status == 422);
    CHECK(again.body.find("already_exists") != std::string::npos);
    call.url = Url::parse(call.url.text() + "2");
    CHECK(sender->send(call).body.find("\"size\": 3000000") != std::string::npos);
    call.upload->size = 2'999'999;
    test::check_error(Errc::conflict, "changed while it was copied",
                      [&] { (void)sender->send(call); });
  }

  TEST_CASE("faults of the network are errors, those of the server are statuses") {
    const test::ForgeServer server;
    server.control("/reset", kReset);
    const auto call = call_of(HttpMethod::get, server.url("api") + "/repos/o/r");
    for (const char* const fault :
         {"refuse", "lost", "reset_in_answer", "stall", "stall_in_answer"}) {
      CAPTURE(fault);
      server.control("/faults", cat(R"([{"at": 1, "do": ")", fault, R"("}])"));
      // On a kept connection libcurl would ask again by itself, which may be done with a GET.
      const auto sender = base::make_http_sender(server.http_options());
      test::check_error(Errc::network, "localhost", [&] { (void)sender->send(call); });
      CHECK(sender->send(call).status == 200);
    }
    const auto sender = base::make_http_sender(server.http_options());
    server.control("/faults", R"([{"at": 1, "do": "502"}, {"at": 2, "do": "429", "seconds": 7}])");
    CHECK(sender->send(call).status == 502);
    const auto limited = sender->send(call);
    CHECK(limited.status == 429);
    CHECK(limited.header("retry-after") == "7");
  }

  TEST_CASE("an error where a file was asked for is not kept whatever its length") {
    const test::ForgeServer server;
    server.control("/reset", kReset);
    const auto sender = base::make_http_sender(server.http_options());
    auto call = call_of(HttpMethod::get, server.url("api") + "/repos/o/r");
    std::string taken;
    call.sink = [&](std::string_view bytes) { taken += bytes; };
    const auto fail_with = [&](std::size_t size) {
      server.control("/faults", cat(R"([{"at": 1, "do": "status", "code": 403, "message": ")",
                                    std::string(size, 'x'), R"("}])"));
    };
    fail_with(1000);
    CHECK(sender->send(call).body.find("xxx") != std::string::npos);
    fail_with(std::size_t{2} << 20);
    test::check_error(Errc::network, "HTTP 403 with more words than an error has",
                      [&] { (void)sender->send(call); });
    CHECK(taken.empty());
  }

  TEST_CASE("what writes is never sent a second time behind our back") {
    const test::ForgeServer server;
    server.control("/reset", kReset);
    const auto sender = base::make_http_sender(server.http_options());
    const std::string api = server.url("api") + "/repos/o/r";
    for (const char* const fault : {"refuse", "lost"}) {
      CAPTURE(fault);
      // The connection is kept from here.
      REQUIRE(sender->send(call_of(HttpMethod::get, api)).status == 200);
      server.control("/faults", cat(R"([{"at": 1, "do": ")", fault, R"("}])"));
      const auto create =
          call_of(HttpMethod::post, api + "/releases", R"({"tag_name": "v1", "draft": true})");
      test::check_error(Errc::network, "the connection", [&] { (void)sender->send(create); });
      CHECK(server.count() == 1);
      // Nothing of it needs to be sent twice for it to be sent twice: it has no body.
      REQUIRE(sender->send(call_of(HttpMethod::get, api)).status == 200);
      server.control("/faults", cat(R"([{"at": 1, "do": ")", fault, R"("}])"));
      const auto remove = call_of(HttpMethod::remove, api + "/releases/1");
      test::check_error(Errc::network, "the connection", [&] { (void)sender->send(remove); });
      CHECK(server.count() == 1);
    }
  }

  TEST_CASE("a token goes to its own host alone, and by https alone") {
    const test::ForgeServer server;
    server.control("/reset", kReset);
    const auto sender = base::make_http_sender(server.http_options());
    const std::string api = server.url("api") + "/repos/o/r/releases";
    const auto made =
        sender->send(call_of(HttpMethod::post, api, R"({"tag_name": "v1", "draft": true})"));
    const std::string id = made.header("location")->substr(made.header("location")->rfind('/'));
    auto upload =
        call_of(HttpMethod::post,
                cat(server.url("uploads"), "/repos/o/r/releases", id, "/assets?name=a"), "text");
    const auto asset = sender->send(upload);
    REQUIRE(asset.status == 201);
    // {"id": 4, …
    const std::string number = asset.body.substr(7, asset.body.find(',') - 7);
    auto download = call_of(HttpMethod::get, cat(api, "/assets/", number));
    download.headers = {{"Accept", "application/octet-stream"}};
    const auto bytes = sender->send(download);
    CHECK(bytes.status == 200);
    CHECK(bytes.body == "text");
    CHECK(logged(server, R"("host": "assets", "method": "GET", "path": "/blob/)") == 1);
    // A renamed repository is on the same host: what is written goes there once more, whole.
    server.control("/rename", R"({"from": "o/r", "to": "o/new"})");
    CHECK(sender->send(call_of(HttpMethod::post, api, R"({"tag_name": "v2", "draft": true})"))
              .status == 201);

    base::HttpOptions http_too = server.http_options();
    http_too.protocols = base::Protocols::http_too;
    auto plain = call_of(HttpMethod::get, api);
    plain.url = Url::parse("http://127.0.0.1:9/", base::Protocols::http_too);
    test::check_error(Errc::config, "a token is sent by https:// only",
                      [&] { (void)base::make_http_sender(http_too)->send(plain); });
  }

  TEST_CASE("a request that is cancelled ends, also one that stalls") {
    const test::ForgeServer server;
    server.control("/reset", kReset);
    base::HttpOptions options = server.http_options();
    options.stall_timeout = std::chrono::seconds(60);
    auto call = call_of(HttpMethod::get, server.url("api") + "/repos/o/r");
    server.control("/faults", R"([{"at": 1, "do": "stall"}])");
    int asked = 0;
    call.is_cancelled = [&] { return ++asked > 3; };
    test::check_error(Errc::cancelled, "cancelled",
                      [&] { (void)base::make_http_sender(options)->send(call); });
  }
}
