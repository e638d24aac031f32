#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "tests/releaser/destinations/kinds.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

TEST_SUITE("releaser/destinations/forge refusals") {
  using base::cat;
  using releaser::Found;
  using test::destinations::Forge;
  using test::destinations::github;
  using test::destinations::release;
  using test::destinations::wanted;
  const char* const kArchive = "releases/v1.0.0/a.tar.gz";

  TEST_CASE("the first refusal ends it, and nothing more is begun") {
    Forge& kind = github();
    kind.clear();
    kind.server.control("/faults", R"([{"method": "POST", "path": "/assets", "times": 99,
                                        "do": "status", "code": 403}])");
    const auto destination = kind.make_alone("");
    test::check_error(base::Errc::permission, "may not write releases of o/r", [&] {
      base::for_each_until_failure(40, destination->transfers_at_once(), [&](std::size_t index) {
        destination->put(wanted(cat("releases/v1.0.0/", index), "x"));
      });
    });
    // Looking for the release, its drafts, making it, and at most two uploads of each thread.
    CHECK(kind.server.count() <= 3 + 2 * 4);
  }

  TEST_CASE("rights that are missing are told with repository, variable and permission") {
    Forge& kind = github();
    kind.server.control("/reset",
                        R"({"repositories": {"o/r": {}, "o/hidden": {"private": true}}, "tokens": {
      "read": {"permissions": {"o/r": "read"}},
      "fine": {"kind": "fine_grained", "permissions": {"o/r": "read"}},
      "app": {"kind": "integration", "permissions": {"o/r": "read"}},
      "old": {"expired": true, "permissions": {"o/r": "write"}},
      "t": {"permissions": {"o/r": "write", "o/hidden": "write"}}}})");
    const auto file = wanted(kArchive, "archive");
    for (const char* const token : {"read", "fine", "app", "old", "nobody's", ""}) {
      CAPTURE(token);
      const auto destination = kind.make_with(kind.settings(), token);
      for (const char* const words : {"GH_TOKEN", "o/r", "Contents: write"}) {
        test::check_error(base::Errc::permission, words, [&] { destination->preflight(); });
        test::check_error(base::Errc::permission, words, [&] { destination->put(file); });
      }
    }
    auto settings = kind.settings();
    settings.repository = "o/hidden";
    test::check_error(base::Errc::config, "is private",
                      [&] { kind.make_with(settings)->preflight(); });
    settings.repository = "o/none";
    test::check_error(base::Errc::permission, "shows no repository o/none",
                      [&] { kind.make_with(settings)->preflight(); });
    settings = kind.settings();
    settings.api_url = settings.url;
    test::check_error(base::Errc::permission, "shows no repository",
                      [&] { kind.make_with(settings)->preflight(); });
  }

  TEST_CASE("a rate limit is waited for where there is time, else its end is told") {
    Forge& kind = github();
    kind.clear();
    kind.server.control("/faults", R"([{"at": 1, "do": "secondary_limit", "seconds": 90}])");
    auto destination = kind.make_alone("");
    destination->preflight();
    CHECK(kind.patience->waited == std::chrono::seconds(90));
    kind.server.control("/limit", R"({"token": "t", "remaining": 0})");
    destination = kind.make_alone("");
    test::check_error(base::Errc::network, "rate limit); run the same command after 20",
                      [&] { destination->preflight(); });
    kind.server.control("/faults", R"([{"at": 1, "do": "429", "seconds": 7200}])");
    destination = kind.make_alone("");
    test::check_error(base::Errc::network, "rate limit); run the same command after 20",
                      [&] { destination->preflight(); });
  }

  TEST_CASE("two drafts of one tag are an error that names both") {
    Forge& kind = github();
    kind.clear();
    const auto sender = base::make_http_sender(kind.server.http_options());
    for (int count = 0; count < 2; ++count) {
      const std::string text = R"({"tag_name": "v1.0.0", "draft": true})";
      (void)sender->send({.method = base::HttpMethod::post,
                          .url = base::Url::parse(kind.server.url("api") + "/repos/o/r/releases"),
                          .headers = {},
                          .authorization = "Bearer t",
                          .upload = base::HttpUpload{"application/json", text, text.size()},
                          .sink = {},
                          .is_cancelled = {}});
    }
    const auto destination = kind.make_alone("");
    test::check_error(base::Errc::conflict, "two drafts of v1.0.0: ", [&] {
      destination->put(wanted(kArchive, "archive"));
    });
    test::check_error(base::Errc::conflict, "(number 4) and ",
                      [&] { (void)destination->find(wanted(kArchive, "archive")); });
  }

  TEST_CASE("what people did meanwhile is found, and what they wrote is kept") {
    Forge& kind = github();
    kind.clear();
    auto settings = kind.settings();
    settings.draft = true;
    const releaser::AssetRelease words{.tag = "v1.0.0",
                                       .title = "tool 1.0.0",
                                       .notes = "Ours.",
                                       .commit = {},
                                       .is_prerelease = false,
                                       .is_latest = true};
    const auto file = wanted(kArchive, "archive");
    auto destination = kind.make_with(settings);
    destination->put(file);
    test::check_error(base::Errc::partial, "publish it at https://",
                      [&] { destination->release_assets(words); });
    CHECK_FALSE(destination->is_released("v1.0.0"));
    // A click publishes it.
    kind.server.control("/publish", R"({"repository": "o/r", "tag": "v1.0.0"})");
    destination = kind.make_with(settings);
    CHECK(destination->find(file) == Found::same);
    CHECK(destination->is_released("v1.0.0"));
    CHECK(kind.server.control("/state").find("\"body\": \"Ours.\"") != std::string::npos);
    // Somebody deletes the draft, or changes an asset, between two requests.
    const auto second = wanted("releases/v2.0.0/a", "second");
    destination = kind.make_alone("");
    destination->put(second);
    kind.server.control("/tamper",
                        R"({"repository": "o/r", "tag": "v2.0.0", "name": "a", "text": "other!"})");
    auto second_words = words;
    second_words.tag = "v2.0.0";
    test::check_error(base::Errc::conflict, "somebody changed it meanwhile",
                      [&] { destination->release_assets(second_words); });
    kind.server.control("/tamper",
                        R"({"repository": "o/r", "tag": "v2.0.0", "delete": "release"})");
    test::check_error(base::Errc::conflict, "is gone",
                      [&] { destination->release_assets(second_words); });
  }

  TEST_CASE("a release that is immutable is published whole, and never changed") {
    Forge& kind = github();
    kind.server.control("/reset", R"({"repositories": {"o/r": {"immutable": true}}, "tokens": {)"
                                  R"("t": {"permissions": {"o/r": "write"}}}})");
    const auto file = wanted(kArchive, "archive");
    auto destination = kind.make_alone("");
    destination->put(file);
    release(*destination, "v1.0.0");
    destination = kind.make_alone("");
    CHECK(destination->find(file) == Found::same);
    test::check_error(base::Errc::conflict, "it is immutable",
                      [&] { destination->put(wanted("releases/v1.0.0/b", "late")); });
  }

  TEST_CASE("a repository that was renamed is followed") {
    Forge& kind = github();
    kind.clear();
    kind.server.control("/rename", R"({"from": "o/r", "to": "o/new"})");
    const auto destination = kind.make_alone("");
    destination->preflight();
    destination->put(wanted(kArchive, "archive"));
    release(*destination, "v1.0.0");
    CHECK(destination->read(kArchive, 100) == "archive");
  }
}
