#pragma once

#include "base/file.hpp"
#include "manifest-schema/platform.hpp"
#include "releaser/binary/binary.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace releaser {

// The run that every installer and every agent makes of a release before they use it: it ends with
// status 0 and says the version.
struct TestRun {
  std::vector<std::pair<base::Path, std::string>> files;  // what is packed, and its name there
  std::vector<std::string> command;                       // its first word is one of those names
  std::string version;                                    // canonical, without "v"
  base::Path temporary_directory;                         // an existing one of one's own
};

// What came out of it: at most one of both. A refusal is what users' machines would say; a doubt is
// that this machine could not run it.
struct TestRunResult {
  std::string refusal, doubt;
};

TestRunResult test_run(const TestRun& run);

// Puts a copy there that may be run. It is closed when this returns: a file that is open for
// writing cannot be run.
void copy_program(const base::Path& from, const base::Path& to);

// Can `machine` run a binary of `platform` that was inspected with these slices?
bool runs_on(const schema::Machine& machine, const schema::Platform& platform,
             std::span<const BinaryFacts> slices);

}  // namespace releaser
