#include "releaser/binary/test_run.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

namespace {

// Runs a script as a release of 1.2.3 that a machine tries.
releaser::TestRunResult try_script(std::string_view script,
                                   std::vector<std::string> command = {"tool", "--version"}) {
  const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "test-run-test-");
  const base::Path file = folder.path() / "input";
  base::write_file_atomically(file, base::cat("#!/bin/sh\n", script, "\n"));
  auto result = releaser::test_run({.files = {{file, "tool"}, {file, "second"}},
                                    .command = std::move(command),
                                    .version = "1.2.3",
                                    .temporary_directory = folder.path()});
  CHECK(base::list_directory(folder.path()).size() == 1);  // nothing is left beside the input
  return result;
}

}  // namespace

TEST_SUITE("releaser/binary/test_run") {
  TEST_CASE("a release is accepted as the agent and the installer accept it, or refused") {
    struct Row {
      std::string_view script, refusal, doubt;
    };
    for (const Row& row : {
             Row{"echo tool v1.2.3", "", ""},
             Row{"echo tool 1.2.3 >&2", "", ""},
             Row{"echo tool 1.2.30", "`tool --version` says \"tool 1.2.30\", and not 1.2.3", ""},
             Row{"", "`tool --version` says \"\", and not 1.2.3", ""},
             Row{"echo 1.2.3; exit 2", "`tool --version` ends with status 2 and says \"1.2.3\"",
                 ""},
             Row{"exit 3", "`tool --version` ends with status 3", ""},
             Row{"kill -SEGV $$", "`tool --version` crashed (signal 11)", ""},
             Row{"echo 'x: error while loading shared libraries: y' >&2; exit 127", "",
                 "could not be run here to ask for its version: x: error while loading shared "
                 "libraries: y"},
             Row{"echo $HOME | grep -q test-run- && pwd | grep -q test-run- && ls | grep -q second "
                 "&& test -z \"$USER\" && echo 1.2.3",
                 "", ""},
         }) {
      CAPTURE(row.script);
      const auto result = try_script(row.script);
      CHECK(result.refusal == row.refusal);
      CHECK(result.doubt == row.doubt);
    }
    CHECK(try_script("test \"$*\" = 'show me' && echo 1.2.3", {"second", "show", "me"})
              .refusal.empty());
  }

  TEST_CASE("what this machine cannot start is a doubt") {
    const base::TemporaryDirectory folder(std::filesystem::temp_directory_path(), "test-run-test-");
    base::write_file_atomically(folder.path() / "input", "no program");
    const auto result = releaser::test_run({.files = {{folder.path() / "input", "tool"}},
                                            .command = {"tool", "--version"},
                                            .version = "1.2.3",
                                            .temporary_directory = folder.path()});
    CHECK(result.refusal.empty());
    CHECK(result.doubt.starts_with("could not be run here to ask for its version: "));
  }
}
