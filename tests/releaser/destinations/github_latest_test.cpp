#include "base/error.hpp"
#include "base/text.hpp"
#include "tests/releaser/destinations/kinds.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

namespace {

struct Marked {
  std::string tag;
  bool is_prerelease = false;
  bool is_latest = false;
};

// A release of one file with these marks.
void publish_marked(test::destinations::Forge& kind, const Marked& marked) {
  const auto destination = kind.make_alone("");
  destination->put(
      test::destinations::wanted(base::cat("releases/", marked.tag, "/a"), marked.tag));
  destination->release_assets({.tag = marked.tag,
                               .title = marked.tag,
                               .notes = "",
                               .commit = {},
                               .is_prerelease = marked.is_prerelease,
                               .is_latest = marked.is_latest});
}

}  // namespace

TEST_SUITE("releaser/destinations/github latest") {
  using base::cat;
  using releaser::Found;
  using test::destinations::Forge;
  using test::destinations::gitea;
  using test::destinations::github;
  using test::destinations::release;
  using test::destinations::wanted;
  const char* const kArchive = "releases/v1.0.0/a.tar.gz";

  TEST_CASE("only the newest stable release is the latest one") {
    Forge& kind = github();
    kind.clear();
    publish_marked(kind, {.tag = "v2.0.0", .is_latest = true});
    publish_marked(kind, {.tag = "v1.0.1"});
    publish_marked(kind, {.tag = "v3.0.0-rc.1", .is_prerelease = true});
    const std::string state = kind.server.control("/state");
    const auto after = [&](const std::string& tag) {
      const auto at = state.find("is_latest", state.find(cat("\"tag\": \"", tag)));
      return state.substr(at + 12, 4);
    };
    CHECK(after("v2.0.0") == "true");
    CHECK(after("v1.0.1") == "fals");
    CHECK(after("v3.0.0") == "fals");
  }

  TEST_CASE("marks follow what is wanted, whatever fails on the way") {
    for (Forge* const each : {&github(), &gitea()}) {
      Forge& kind = *each;
      CAPTURE(kind.name);
      kind.clear();
      publish_marked(kind, {.tag = "v1.0.0", .is_latest = true});
      publish_marked(kind, {.tag = "v2.0.0-beta.1", .is_prerelease = true});
      kind.server.control("/save", R"({"name": "two"})");
      const std::vector<releaser::ReleaseMarks> marks{
          {.tag = "v1.0.0"}, {.tag = "v2.0.0-beta.1", .is_latest = true}, {.tag = "v9.0.0"}};
      CHECK(kind.make_alone("")->wrong_marks(marks).size() == 1);
      kind.server.control("/faults", "[]");
      kind.make_alone("")->mark(marks);
      const int requests = kind.server.count();
      const std::string expected = kind.server.control("/state");
      CHECK(kind.make_alone("")->wrong_marks(marks).empty());
      for (const char* const fault :
           {"refuse", "lost", "502", "502_after", "reset_in_answer", "secondary_limit"}) {
        for (int request = 1; request <= requests; ++request) {
          CAPTURE(fault);
          CAPTURE(request);
          kind.server.control("/restore", R"({"name": "two"})");
          kind.server.control("/faults", cat(R"([{"at": )", request, R"(, "do": ")", fault,
                                             R"(", "seconds": 1}])"));
          kind.make_alone("")->mark(marks);
          CHECK(kind.server.control("/state") == expected);
        }
      }
    }
  }

  TEST_CASE("a draft is found beside any number of releases, and the list is not read to its end") {
    for (Forge* const each : {&github(), &gitea()}) {
      Forge& kind = *each;
      CAPTURE(kind.name);
      kind.server.control("/reset", R"({"repositories": {"o/r": {"past": 1000}}, "tokens": {)"
                                    R"("t": {"permissions": {"o/r": "write"}}}})");
      kind.make_alone("")->put(wanted(kArchive, "archive"));
      kind.server.control("/faults", "[]");
      CHECK(kind.make_alone("")->find(wanted(kArchive, "archive")) == Found::same);
      CHECK(kind.make_alone("")->find(wanted("releases/v3.0.0/a", "b")) == Found::absent);
      CHECK(kind.server.count() <= 5);
    }
  }

  TEST_CASE("a token is not sent where the API does not belong") {
    Forge& kind = github();
    kind.clear();
    auto settings = kind.settings();
    settings.upload_url.clear();
    // Of the same machine, on another port: that is how it is for whoever runs a server at home.
    kind.make_with(settings)->put(wanted(kArchive, "archive"));
    settings.api_url = base::replace_all(settings.api_url, "localhost", "127.0.0.1");
    test::check_error(base::Errc::untrusted, "give it as `upload_url`",
                      [&] { kind.make_with(settings)->put(wanted("releases/v1.0.0/b", "b")); });
  }
}
