#include "releaser/git/program.hpp"

#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

using releaser::git::Call;
using releaser::git::Program;
using releaser::git::Reach;

namespace {

base::Environment environment_with(std::map<std::string, std::string, std::less<>> more) {
  more.emplace("PATH", std::getenv("PATH"));
  return base::Environment(std::move(more));
}

// A program named git that shows how it was called.
base::Environment environment_of_spy(const base::Path& folder) {
  base::write_file_atomically(
      folder / "git", "#!/bin/sh\nenv\nfor word in \"$@\"; do echo \"word: $word\"; done\n", 0755);
  return base::Environment({{"PATH", folder.string() + ":" + std::getenv("PATH")},
                            {"HOME", "/home/me"},
                            {"GIT_DIR", "/somewhere/else"},
                            {"GIT_TRACE_CURL", "/tmp/trace"},
                            {"GH_TOKEN", "s3cret"},
                            {"LANG", "de_DE.UTF-8"},
                            {"SSL_CERT_FILE", "/etc/own.pem"}});
}

}  // namespace

TEST_SUITE("releaser/git/program") {
  TEST_CASE("a way there takes no longer than the run may") {
    const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "git-");
    const auto git_with = [&](std::chrono::milliseconds left) {
      releaser::git::Remote remote;
      remote.url = "https://git.example.com/o/r.git";
      remote.limits = {.stall = std::chrono::seconds(3), .left = [left] { return left; }};
      return Program(environment_of_spy(place.path()), remote, place.path());
    };
    const Call fetch{.arguments = {"fetch"}, .reach = Reach::remote};
    CHECK(git_with(std::chrono::minutes(1)).run(fetch).output.find("lowSpeedTime=3\n") !=
          std::string::npos);
    test::check_error(base::Errc::network, "the time of --timeout is over",
                      [&] { (void)git_with(std::chrono::milliseconds(0)).run(fetch); });
    // What needs no network goes on.
    (void)git_with(std::chrono::milliseconds(0)).run({.arguments = {"status"}});
    const Program late = git_with(std::chrono::milliseconds(1));
    base::write_file_atomically(place.path() / "git", "#!/bin/sh\nexec sleep 60\n", 0755);
    test::check_error(base::Errc::network, "git fetch did not end in time",
                      [&] { (void)late.run(fetch); });
  }

  TEST_CASE("the token is in the environment of what goes to the remote, and nowhere else") {
    const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "git-");
    const Program git(environment_of_spy(place.path()),
                      {"https://git.example.com/o/r.git", "s3cret", "GH_TOKEN"}, place.path());
    const std::string here = git.run({.arguments = {"status"}}).output;
    CHECK(here.find("word: http.lowSpeedTime=60\n") != std::string::npos);
    CHECK(here.find("s3cret") == std::string::npos);
    CHECK(here.find("GIT_DIR") == std::string::npos);
    CHECK(here.find("GIT_TRACE_CURL") == std::string::npos);
    CHECK(here.find("LANG=de") == std::string::npos);
    CHECK(here.find("HOME=/home/me\n") != std::string::npos);
    CHECK(here.find("GIT_SSL_CAINFO=/etc/own.pem\n") != std::string::npos);
    CHECK(here.find("GIT_TERMINAL_PROMPT=0\n") != std::string::npos);
    const std::string there = git.run({.arguments = {"fetch"}, .reach = Reach::remote}).output;
    CHECK(there.find("CCO_RELEASE_GIT_TOKEN=s3cret\n") != std::string::npos);
    CHECK(there.find("word: credential.https://git.example.com.helper=!f() {") !=
          std::string::npos);
    std::size_t count = 0;
    for (std::size_t at = there.find("s3cret"); at != std::string::npos;
         at = there.find("s3cret", at + 1)) {
      ++count;
    }
    CHECK(count == 1);
  }

  TEST_CASE("ssh and paths never get a token") {
    const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "git-");
    const base::Environment environment = environment_of_spy(place.path());
    for (const char* const url : {"git@example.com:o/r.git", "/srv/r.git"}) {
      CAPTURE(url);
      const Program git(environment, {url, "s3cret", "GH_TOKEN"}, place.path());
      CHECK(git.run({.arguments = {"fetch"}, .reach = Reach::remote}).output.find("s3cret") ==
            std::string::npos);
    }
  }

  TEST_CASE("a git that is not there, or says too much, is an error with what to do") {
    const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "git-");
    const Program none(base::Environment({{"PATH", place.path().string()}}), {}, place.path());
    test::check_error(base::Errc::config, "there is no program git; install it",
                      [&] { (void)none.run({.arguments = {"status"}}); });
    const Program git(environment_with({}), {}, place.path());
    test::check_error(base::Errc::untrusted, "git version says more than 3 bytes",
                      [&] { (void)git.run({.arguments = {"version"}, .max_output = 3}); });
    CHECK(git.output_of({.arguments = {"version"}}).starts_with("git version"));
    test::check_error(base::Errc::internal, "git rev-parse: ", [&] {
      (void)git.output_of({.arguments = {"rev-parse", "nothing"}});
    });
  }
}
