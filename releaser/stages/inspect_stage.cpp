#include "releaser/stages/stage.hpp"

#include <algorithm>

namespace releaser {

Skipped inspect_stage(Run& run) {
  const bool is_new = std::any_of(run.targets.begin(), run.targets.end(), [](const Target& target) {
    return !target.command.empty() ||
           std::any_of(target.binaries.begin(), target.binaries.end(),
                       [](const InputBinary& each) { return each.packed != each.source; });
  });
  if (!is_new) return "preflight has seen these binaries";
  Problems problems;
  inspect_targets(run, problems);
  check_against_public_state(run, problems);
  conclude(run, problems);
  return std::nullopt;
}

}  // namespace releaser
