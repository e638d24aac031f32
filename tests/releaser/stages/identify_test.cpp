#include "releaser/stages/identify.hpp"

#include "base/process.hpp"

#include <doctest/doctest.h>

#include <filesystem>

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

releaser::GitState git_with(std::vector<std::string> tags) {
  releaser::GitState git;
  git.commit = std::string(40, 'a');
  git.commit_time = base::parse_time("2026-11-19T08:00:00Z");
  git.tags_at_head = std::move(tags);
  git.tags = git.tags_at_head;
  return git;
}

struct Case {
  std::string name;
  releaser::IdentifyOptions options;
  Variables variables;
  std::vector<std::string> tags;
  std::string expected;  // "version channel date", or the problem
};

std::string identify(const Case& each) {
  releaser::Problems problems;
  const auto identity = releaser::identify_release(
      each.options, "semver", base::Environment(each.variables), git_with(each.tags), problems);
  if (!problems.problems().empty()) return problems.problems().front().text;
  return identity->version.text() + " " + std::string(schema::channel_name(identity->channel)) +
         " " + base::format_time(identity->date);
}

}  // namespace

TEST_SUITE("releaser/stages/identify") {
  TEST_CASE("version, channel and date come from where they should") {
    const std::string commit_date = " 2026-11-19T08:00:00Z";
    for (const Case& each : std::vector<Case>{
             {"--version", {.version = "v1.2.3"}, {}, {"v9.0.0"}, "1.2.3 stable" + commit_date},
             {"a beta", {.version = "1.2.3-beta.1"}, {}, {}, "1.2.3-beta.1 beta" + commit_date},
             {"--channel",
              {.version = "1.2.3-rc.1", .channel = "nightly"},
              {},
              {},
              "1.2.3-rc.1 nightly" + commit_date},
             {"GitHub's tag",
              {},
              {{"GITHUB_REF_TYPE", "tag"}, {"GITHUB_REF_NAME", "v2.0.0"}},
              {"v2.0.0", "v2.0.1"},
              "2.0.0 stable" + commit_date},
             {"GitHub's branch is no tag",
              {},
              {{"GITHUB_REF_TYPE", "branch"}, {"GITHUB_REF_NAME", "v2.0.0"}},
              {"v1.0.0"},
              "1.0.0 stable" + commit_date},
             {"GitLab's tag", {}, {{"CI_COMMIT_TAG", "v2.1.0"}}, {}, "2.1.0 stable" + commit_date},
             {"Azure's ref",
              {},
              {{"BUILD_SOURCEBRANCH", "refs/tags/v3.0.0"}},
              {},
              "3.0.0 stable" + commit_date},
             {"a tag of CI that is no version",
              {},
              {{"CI_COMMIT_TAG", "latest"}},
              {},
              "the tag that CI names: "},
             {"the one tag at HEAD", {}, {}, {"v1.5.0", "latest"}, "1.5.0 stable" + commit_date},
             {"two tags",
              {},
              {},
              {"v1.5.1", "v1.5.0"},
              "two tags at HEAD (v1.5.0, v1.5.1); say which one with --version"},
             {"no tag",
              {},
              {},
              {},
              "no version: HEAD has no tag; give --version, or run git tag v0.1.0"},
             {"--date",
              {.version = "1.0.0", .date = "2026-01-02"},
              {},
              {},
              "1.0.0 stable 2026-01-02T00:00:00Z"},
             {"SOURCE_DATE_EPOCH comes first",
              {.version = "1.0.0", .date = "2026-01-02"},
              {{"SOURCE_DATE_EPOCH", "1000000000"}},
              {},
              "1.0.0 stable 2001-09-09T01:46:40Z"},
             {"a bad epoch",
              {.version = "1.0.0"},
              {{"SOURCE_DATE_EPOCH", "now"}},
              {},
              "SOURCE_DATE_EPOCH must be seconds since 1970"},
             {"a bad date", {.version = "1.0.0", .date = "soon"}, {}, {}, "--date soon is no date"},
             {"before zip",
              {.version = "1.0.0", .date = "1979-12-31"},
              {},
              {},
              "the release's date 1979-12-31T00:00:00Z is before 1980"},
             {"a snapshot",
              {.snapshot = true},
              {},
              {"v1.5.9"},
              "1.5.10-snapshot.aaaaaaa nightly" + commit_date},
             {"a bad channel",
              {.version = "1.0.0", .channel = "edge"},
              {},
              {},
              "unknown channel edge; it is stable, beta or nightly"}}) {
      CAPTURE(each.name);
      const std::string found = identify(each);
      CHECK_MESSAGE(found.substr(0, each.expected.size()) == each.expected, found);
    }
  }

  TEST_CASE("without a version the tags that are there are named, and the next one is proposed") {
    struct Row {
      std::vector<std::string> at_head;
      std::string below;
      std::uint64_t commits;
      std::string scheme, expected;
    };
    for (const Row& row : std::vector<Row>{
             {{"release-1.1.0"},
              "v1.0.0",
              2,
              "semver",
              "no version: the tag release-1.1.0 at HEAD is not of the form v1.2.3, and v1.0.0 is "
              "2 commits back; give --version, or run git tag v1.1.0"},
             {{"1.1.0"},
              "",
              0,
              "semver",
              "no version: the tag 1.1.0 at HEAD is not of the form v1.2.3; give --version, or run "
              "git tag v1.1.0"},
             {{"latest", "old-0.9.0"},
              "v1.0.9",
              1,
              "semver",
              "no version: the tags latest, old-0.9.0 at HEAD are not of the form v1.2.3, and "
              "v1.0.9 is 1 commit back; give --version, or run git tag v1.0.10"},
             {{},
              "v2.0.0-beta.1",
              1,
              "semver",
              "no version: HEAD has no tag, and v2.0.0-beta.1 is 1 commit back; give --version, or "
              "run git tag v2.0.0"},
             {{},
              "v2026.10.3",
              12,
              "calver",
              "no version: HEAD has no tag, and v2026.10.3 is 12 commits back; give --version, or "
              "run git tag v2026.11.1"}}) {
      auto git = git_with(row.at_head);
      if (!row.below.empty()) git.below = releaser::TagBelow{row.below, row.commits};
      releaser::Problems problems;
      releaser::identify_release({}, row.scheme, base::Environment({}), git, problems);
      REQUIRE(problems.problems().size() == 1);
      CHECK(problems.problems().front().text == row.expected);
    }
  }

  TEST_CASE("git says which version stands below HEAD, and how far") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "identify-");
    const auto git = [&](std::vector<std::string> arguments) {
      std::vector<std::string> argv{"git",           "-C", folder.path().string(),      "-c",
                                    "user.name=One", "-c", "user.email=one@example.com"};
      argv.insert(argv.end(), arguments.begin(), arguments.end());
      REQUIRE(base::run_process(argv).exit_status == 0);
    };
    git({"init", "-q"});
    for (const char* const tag : {"v1.9.0", "v1.10.0", "v1.8.1", "v2-draft", "latest"}) {
      git({"commit", "-q", "--allow-empty", "-m", tag});
      git({"tag", tag});
    }
    git({"checkout", "-q", "-b", "other", "v1.9.0"});
    git({"commit", "-q", "--allow-empty", "-m", "other"});
    git({"tag", "v3.0.0"});
    git({"checkout", "-q", "latest"});
    const auto state = releaser::read_git(folder.path(), releaser::AllTags::no);
    CHECK(state.tags_at_head == std::vector<std::string>{"latest"});
    REQUIRE(state.below);
    CHECK(state.below->name == "v1.10.0");
    CHECK(state.below->commits == 3);
    git({"tag", "v1.11.0"});
    CHECK_FALSE(releaser::read_git(folder.path(), releaser::AllTags::no).below);
  }

  TEST_CASE("no version and no date are said together") {
    releaser::Problems problems;
    CHECK_FALSE(releaser::identify_release({}, "semver", base::Environment({}), {}, problems));
    CHECK(problems.problems().size() == 2);
  }

  TEST_CASE("calendar snapshots count within their month") {
    auto git = git_with({"v2026.11.3"});
    releaser::Problems problems;
    const auto next = releaser::identify_release({.snapshot = true}, "calver",
                                                 base::Environment({}), git, problems);
    CHECK(next->version.text() == "2026.11.4-snapshot.aaaaaaa");
    git.tags = {"v2026.10.9"};
    const auto first = releaser::identify_release({.snapshot = true}, "calver",
                                                  base::Environment({}), git, problems);
    CHECK(first->version.text() == "2026.11.1-snapshot.aaaaaaa");
  }

  TEST_CASE("a tag is released with its own files only") {
    struct Row {
      std::vector<std::string> changed, written, tags;
      bool allow_dirty, is_refused;
    };
    const std::vector<Row> rows{
        {{}, {}, {"v1.0.0"}, false, false},
        {{"a.c"}, {}, {"v1.0.0"}, false, true},
        {{"a.c"}, {}, {"v1.0.0"}, true, false},
        {{"a.c"},
         {},
         {"v0.9.0"},
         false,
         false},  // --version without its tag: nothing to differ from
        {{"site/README.md"}, {"site"}, {"v1.0.0"}, false, false},
        {{"site/README.md", "sites/a"}, {"site"}, {"v1.0.0"}, false, true},
    };
    for (const Row& row : rows) {
      CAPTURE(row.changed);
      auto git = git_with(row.tags);
      git.changed = row.changed;
      releaser::IdentifyOptions options;
      options.version = "1.0.0";
      options.allow_dirty = row.allow_dirty;
      options.written = row.written;
      releaser::Problems problems;
      releaser::identify_release(options, "semver", base::Environment({}), git, problems);
      CHECK(problems.problems().empty() != row.is_refused);
    }
  }

  TEST_CASE("a commit that is digits with a leading zero still makes a version") {
    auto git = git_with({});
    git.commit = "0123456" + std::string(33, 'b');
    releaser::Problems problems;
    const auto identity = releaser::identify_release({.snapshot = true}, "semver",
                                                     base::Environment({}), git, problems);
    CHECK(identity->version.text() == "0.0.1-snapshot.0123456b");
  }
}
