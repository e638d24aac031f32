#include "releaser/git/branch.hpp"

#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

using releaser::git::Branch;
using releaser::git::Changes;
using releaser::git::NewFile;
using releaser::git::Pushed;

namespace {

const base::Environment& environment() {
  static const base::Environment kEnvironment(
      {{"PATH", std::getenv("PATH")}, {"HOME", "/nonexistent"}, {"GIT_CONFIG_NOSYSTEM", "1"}});
  return kEnvironment;
}

// A repository on this machine and what one finds in it.
struct Place {
  base::TemporaryDirectory folder{std::filesystem::temp_directory_path(), "branch-"};
  base::Path repository = folder.path() / "r.git";

  explicit Place(const std::string& head = "main") {
    base::make_directories(repository);
    git({"init", "--quiet", "--bare", "--initial-branch=" + head, "."});
  }
  std::string git(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "git");
    auto result = base::run_process(
        arguments, {.directory = repository,
                    .environment = std::vector<std::string>{
                        std::string("PATH=") + std::getenv("PATH"), "HOME=/nonexistent"}});
    REQUIRE_MESSAGE(result.exit_status == 0, result.errors);
    return result.output;
  }
  void hook(std::string_view text) const {
    base::write_file_atomically(repository / "hooks" / "pre-receive", text, 0755);
  }
  Branch branch(const std::string& name) const {
    return {environment(),
            {repository.string(), "", "TAP_TOKEN"},
            name,
            base::Time() + std::chrono::hours(24)};
  }
};

Changes one(const std::string& path, const std::string& bytes, bool is_executable = false) {
  Changes changes;
  changes.emplace(path, NewFile{bytes, is_executable});
  return changes;
}

}  // namespace

TEST_SUITE("releaser/git/branch") {
  TEST_CASE("an empty repository gets its first commit, and what is the same gets none") {
    const Place place;
    Branch branch = place.branch("gh-pages");
    branch.fetch();
    branch.check_push();
    CHECK(branch.tip().empty());
    CHECK(branch.push({}, "nothing") == Pushed::nothing_new);
    Changes changes = one("a/b.json", "{}\r\n");
    changes.emplace("install.sh", NewFile{"#!/bin/sh\n", true});
    CHECK(branch.push(changes, "tool 1.0.0") == Pushed::done);
    CHECK(place.git({"ls-tree", "-r", "--format=%(objectmode) %(path)", "gh-pages"}) ==
          "100644 a/b.json\n100755 install.sh\n");
    CHECK(place.git({"show", "gh-pages:a/b.json"}) == "{}\r\n");
    CHECK(place.git({"log", "--format=%s|%an <%ae>|%ct", "gh-pages"}) ==
          "tool 1.0.0|cco-release <cco-release@localhost.invalid>|86400\n");
    CHECK(branch.push(changes, "again") == Pushed::nothing_new);
    CHECK(branch.read("a/b.json", 100) == "{}\r\n");
    Branch later = place.branch("gh-pages");
    later.fetch();
    CHECK(later.tip() == branch.tip());
    CHECK(later.read("install.sh", 100) == "#!/bin/sh\n");
    CHECK(later.find("install.sh")->is_executable());
    CHECK_FALSE(later.read("none", 100));
    CHECK_FALSE(later.read("a", 100));
    test::check_error(base::Errc::config, "larger than 2 bytes",
                      [&] { (void)later.read("a/b.json", 2); });
    CHECK(later.push(changes, "again") == Pushed::nothing_new);
    CHECK(place.git({"rev-list", "--count", "gh-pages"}) == "1\n");
  }

  TEST_CASE("the default branch is found by what the repository says") {
    for (const std::string head : {"trunk", "main"}) {
      CAPTURE(head);
      const Place place(head);
      Branch first = place.branch("");
      first.fetch();
      first.check_push();
      CHECK(first.name() == "main");  // an empty one does not say
      Branch named = place.branch(head);
      named.fetch();
      CHECK(named.push(one("README.md", "mine\n"), "start") == Pushed::done);
      Branch second = place.branch("");
      second.fetch();
      CHECK(second.read("README.md", 100) == "mine\n");
      CHECK(second.push(one("README.md", "more\n"), "more") == Pushed::done);
      CHECK(second.name() == head);
      CHECK(place.git({"show", head + ":README.md"}) == "more\n");
    }
  }

  TEST_CASE("files of others stay, and a file that goes is gone") {
    const Place place;
    Branch mine = place.branch("main");
    Branch theirs = place.branch("main");
    theirs.fetch();
    Changes start = one("Formula/other.rb", "other\n");
    start.emplace("Formula/old.rb", NewFile{"old\n", false});
    CHECK(theirs.push(start, "theirs") == Pushed::done);
    mine.fetch();
    Changes changes = one("Formula/tool.rb", "tool\n");
    changes.emplace("Formula/old.rb", std::nullopt);
    changes.emplace("Formula/never.rb", std::nullopt);
    CHECK(mine.push(changes, "mine") == Pushed::done);
    CHECK(place.git({"ls-tree", "-r", "--name-only", "main"}) ==
          "Formula/other.rb\nFormula/tool.rb\n");
    CHECK(place.git({"rev-list", "--count", "main"}) == "2\n");
  }

  TEST_CASE("whoever comes second is told so, and changes nothing") {
    const Place place;
    Branch first = place.branch("main");
    Branch second = place.branch("main");
    first.fetch();
    second.fetch();
    CHECK(first.push(one("a", "first"), "first") == Pushed::done);
    CHECK(second.push(one("a", "second"), "second") == Pushed::moved);
    CHECK(place.git({"show", "main:a"}) == "first");
    second.fetch();
    CHECK(second.read("a", 100) == "first");
    CHECK(second.push(one("a", "second"), "second") == Pushed::done);
    CHECK(first.push(one("a", "third"), "third") == Pushed::moved);
    CHECK(place.git({"show", "main:a"}) == "second");
  }

  TEST_CASE("a branch that was put back to another history is moved, and never overwritten") {
    const Place place;
    Branch mine = place.branch("main");
    mine.fetch();
    CHECK(mine.push(one("a", "1"), "one") == Pushed::done);
    Branch other = place.branch("other");
    other.fetch();
    CHECK(other.push(one("b", "1"), "other") == Pushed::done);
    place.git({"update-ref", "refs/heads/main", "refs/heads/other"});
    CHECK(mine.push(one("a", "2"), "two") == Pushed::moved);
    mine.fetch();
    CHECK_FALSE(mine.read("a", 10));
    CHECK(mine.read("b", 10) == "1");
  }

  TEST_CASE("a branch that is protected is an error that says what to do") {
    const Place place;
    place.hook("#!/bin/sh\necho 'error: GH006: Protected branch update failed' >&2\nexit 1\n");
    Branch branch = place.branch("main");
    branch.fetch();
    branch.check_push();
    const std::string message =
        test::message_of(base::Errc::permission, [&] { branch.push(one("a", "1"), "one"); });
    CHECK_MESSAGE(message.find("GH006: Protected branch update failed") != std::string::npos,
                  message);
    CHECK_MESSAGE(message.find("or give a branch that no rule protects") != std::string::npos,
                  message);
  }

  TEST_CASE("what a protected branch refuses waits beside it, once, and keeps what others add") {
    const Place place;
    const std::string topic = "cco-release/tool";
    const auto subjects = [&] { return place.git({"log", "--format=%s", "main.." + topic}); };
    Branch mine = place.branch("main");
    mine.fetch();
    CHECK(mine.push(one("README.md", "tap\n"), "start") == Pushed::done);
    place.hook(
        "#!/bin/sh\nwhile read -r old new name; do [ $name != refs/heads/main ] || exit 1; "
        "done\n");
    CHECK(mine.push(one("a", "1"), "one", releaser::git::Refusal::answer) == Pushed::refused);
    CHECK(base::exit_status(mine.refusal().code()) == base::exit_status(base::Errc::permission));
    CHECK(mine.push_aside(one("a", "1"), "one", topic) == Pushed::done);
    CHECK(mine.push_aside(one("a", "1"), "one", topic) == Pushed::nothing_new);
    CHECK(subjects() == "one\n");
    CHECK(mine.push_aside(one("a", "2"), "two", topic) == Pushed::done);
    CHECK(subjects() == "two\n");
    CHECK(place.git({"show", topic + ":a"}) == "2");

    // The branch that it is for moves.
    base::remove_if_exists(place.repository / "hooks" / "pre-receive");
    Branch other = place.branch("main");
    other.fetch();
    CHECK(other.push(one("b", "theirs"), "theirs") == Pushed::done);
    mine.fetch();
    CHECK(mine.push_aside(one("a", "2"), "two", topic) == Pushed::done);
    CHECK(subjects() == "two\n");
    CHECK(place.git({"show", topic + ":b"}) == "theirs");

    // A person goes on there.
    Branch person = place.branch(topic);
    person.fetch();
    CHECK(person.push(one("c", "more"), "by hand") == Pushed::done);
    CHECK(mine.push_aside(one("a", "2"), "two", topic) == Pushed::nothing_new);
    test::check_error(base::Errc::conflict, "has changes there that are not by cco-release",
                      [&] { mine.push_aside(one("a", "3"), "three", topic); });
    CHECK(subjects() == "by hand\ntwo\n");
  }

  TEST_CASE("a push whose answer is lost has happened, and is known to") {
    const Place place;
    const base::Path bin = place.folder.path() / "bin";
    base::make_directories(bin);
    // Pushes, and then says that the line was cut.
    base::write_file_atomically(
        bin / "git",
        "#!/bin/sh\nPATH=" + std::string(std::getenv("PATH")) +
            "\ncase \" $* \" in *' push '*) git \"$@\" >/dev/null 2>&1\n"
            "echo 'fatal: the remote end hung up unexpectedly' >&2; exit 128;; esac\n"
            "exec git \"$@\"\n",
        0755);
    const base::Environment cut(
        {{"PATH", bin.string() + ":" + std::getenv("PATH")}, {"HOME", "/nonexistent"}});
    Branch branch(cut, {place.repository.string(), "", ""}, "main", base::Time());
    branch.fetch();
    CHECK(branch.push(one("a", "1"), "one") == Pushed::done);
    CHECK(place.git({"rev-list", "--count", "main"}) == "1\n");
    CHECK(branch.read("a", 10) == "1");
  }

  TEST_CASE("a path that git would not take is refused, and nothing is pushed") {
    const Place place;
    Branch branch = place.branch("main");
    branch.fetch();
    for (const char* const path : {"../a", ".git/config", "/a", "a//b"}) {
      CAPTURE(path);
      CHECK_THROWS_AS((void)branch.push(one(path, "x"), "x"), base::Error);
    }
    CHECK(place.git({"for-each-ref"}).empty());
  }

  TEST_CASE("a repository that is not there is not found") {
    const Place place;
    Branch branch(environment(), {(place.folder.path() / "none.git").string(), "", ""}, "main",
                  base::Time());
    test::check_error(base::Errc::not_found, "make that repository", [&] { branch.fetch(); });
  }
}
