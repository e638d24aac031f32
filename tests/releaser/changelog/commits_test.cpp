#include "releaser/changelog/commits.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>

namespace {

using releaser::Bump;
using releaser::Commit;
using releaser::CommitRules;
using releaser::default_rules;
using releaser::render_commits;

Commit commit(const std::string& subject, const std::string& body = "") {
  return {"0123456789abcdef0123456789abcdef01234567", subject, body};
}

}  // namespace

TEST_SUITE("releaser/changelog/commits") {
  TEST_CASE("what git log printed is read back") {
    const auto commits = releaser::parse_log(
        "aaa\x1f"
        "feat: one\x1f"
        "Body\nof two lines\n\x1e\n"
        "bbb\x1f"
        "fix: two\x1f\x1e\n");
    REQUIRE(commits.size() == 2);
    CHECK(commits[0].hash == "aaa");
    CHECK(commits[0].body == "Body\nof two lines");
    CHECK(commits[1].subject == "fix: two");
    CHECK(commits[1].body.empty());
    CHECK(releaser::parse_log("").empty());
  }

  TEST_CASE("commits stand in groups, the oldest first, breaking changes before all") {
    const std::vector<Commit> newest_first{
        commit("chore(deps): update"),
        commit("docs: say it"),
        commit("Speak louder"),
        commit("perf: be quick"),
        commit("fix(cli): no crash"),
        commit("feat: more"),
        commit("chore!: drop Windows 7"),
        commit("feat(api): other names", "Text.\n\nBREAKING CHANGE: names are others"),
        commit("Merge branch 'x'"),
        commit("feat: first"),
    };
    CHECK(render_commits(newest_first, default_rules()) ==
          "### Breaking changes\n\n"
          "- api: other names (0123456)\n"
          "- drop Windows 7 (0123456)\n\n"
          "### Features\n\n"
          "- first (0123456)\n"
          "- more (0123456)\n\n"
          "### Bug fixes\n\n"
          "- cli: no crash (0123456)\n\n"
          "### Performance\n\n"
          "- be quick (0123456)\n\n"
          "### Other changes\n\n"
          "- Speak louder (0123456)\n");
  }

  TEST_CASE("without any group there is one list, and of nothing there is nothing") {
    CHECK(render_commits({commit("Second"), commit("First")}, default_rules()) ==
          "- First (0123456)\n- Second (0123456)\n");
    CHECK(render_commits({commit("docs: x")}, default_rules()) == "");
    CHECK(render_commits({}, default_rules()) == "");
  }

  TEST_CASE("groups and filters are regular expressions as GoReleaser's users write them") {
    CommitRules rules;
    rules.groups = {releaser::parse_group(R"(New: ^.*?feat(\([[:word:]]+\))??!?:.+$)"),
                    releaser::parse_group("Repairs: (?i)^FIX")};
    rules.include = {"^feat", "(?i)^fix"};
    rules.exclude = {"typo"};
    CHECK(render_commits(
              {commit("Fix it"), commit("feat(a_b): x"), commit("fix typo"), commit("other")},
              rules) == "### New\n\n- a_b: x (0123456)\n\n### Repairs\n\n- Fix it (0123456)\n");
  }

  TEST_CASE("what is no group or no expression is refused") {
    for (const std::string text : {"Features", ": ^feat", "Features:", "Features: ^(feat"}) {
      CAPTURE(text);
      CHECK_THROWS_AS(releaser::parse_group(text), base::Error);
    }
    CHECK_THROWS_AS(releaser::check_expression("["), base::Error);
  }

  TEST_CASE("subjects that are hostile reach nobody's terminal") {
    CHECK(render_commits({commit("feat: \x1b[31mred\x1b[0m")}, default_rules()) ==
          "### Features\n\n- [31mred[0m (0123456)\n");
    CHECK(render_commits({commit("feat: " + std::string(100000, 'x'))}, default_rules()).size() <
          600);
  }

  TEST_CASE("commits ask for the next version") {
    CHECK(releaser::bump_of({}) == Bump::patch);
    CHECK(releaser::bump_of({commit("fix: x"), commit("whatever")}) == Bump::patch);
    CHECK(releaser::bump_of({commit("fix: x"), commit("feat(x): y")}) == Bump::minor);
    CHECK(releaser::bump_of({commit("feat!: x"), commit("fix: y")}) == Bump::major);
    CHECK(releaser::bump_of({commit("fix: x", "BREAKING-CHANGE: y")}) == Bump::major);
  }
}
