#include "releaser/stages/private_files.hpp"
#include "releaser/stages/stage.hpp"

#include <algorithm>

namespace releaser {

Skipped inspect_stage(Run& run) {
  const auto is_new = [&](const Target& target, const InputBinary& binary) {
    return !is_final(run, target, binary);
  };
  const bool some_are_new =
      std::any_of(run.targets.begin(), run.targets.end(), [&](const Target& target) {
        return std::any_of(target.binaries.begin(), target.binaries.end(),
                           [&](const InputBinary& binary) { return is_new(target, binary); });
      });
  if (!some_are_new && !makes_files(run)) return "preflight has seen these binaries";
  Problems problems;
  if (makes_files(run)) {
    find_archive_files(run, problems);
    problems.collect([&] { check_private_files(run, problems); });
    problems.collect([&] { read_notes(run); });
  }
  inspect_targets(run, problems, is_new);
  check_against_public_state(run, problems);
  examine_binaries(run, problems, is_new);
  conclude(run, problems);
  return std::nullopt;
}

}  // namespace releaser
