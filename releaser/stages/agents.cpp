#include "base/text.hpp"
#include "releaser/stages/stage.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;

bool has_agent(const Target& target) {
  return std::any_of(target.binaries.begin(), target.binaries.end(),
                     [](const InputBinary& each) { return each.role != BinaryRole::product; });
}

bool wants_agents(const Run& run) {
  const bool has_own = std::any_of(run.config.overrides.begin(), run.config.overrides.end(),
                                   [](const auto& each) { return !each.second.agent.empty(); });
  return run.config.agent && (has_own || !run.config.agent->binary.empty());
}

// Where the first one was looked for.
std::string what_is_missing(const Run& run) {
  const std::string& path = run.config.agent->binary;
  return cat(run.config.place("agent.binary"), ": no file ", path.empty() ? "for `agent`" : path,
             " for any of ", run.targets.size() == 1 ? "the platform" : "the platforms");
}

bool has_any(const Run& run) {
  return std::any_of(run.targets.begin(), run.targets.end(), has_agent);
}

}  // namespace

bool may_make_agents(const Run& run) {
  if (run.skips("build")) return false;
  return !run.config.hooks.before.empty() ||
         std::any_of(run.targets.begin(), run.targets.end(),
                     [](const Target& target) { return !target.command.empty(); });
}

void check_agents(const Run& run, Problems& problems) {
  if (!wants_agents(run) || run.targets.empty()) return;
  if (!has_any(run)) {
    problems.add(cat(what_is_missing(run),
                     ": users would get no updater; mend the path, or take [agent] out (see the "
                     "README of cco-release for how to get an agent)"));
    return;
  }
  std::vector<std::string> without;
  for (const Target& target : run.targets) {
    if (!has_agent(target)) without.emplace_back(target.platform.name());
  }
  if (without.empty()) return;
  run.around.messages.say(cat("no updater for ", base::join(without, ", "), ": no file ",
                              run.config.agent->binary, " of theirs"));
}

void warn_without_agents(const Run& run, Problems& problems) {
  if (!wants_agents(run) || has_any(run)) return;
  problems.warn(
      cat(what_is_missing(run), " yet; a hook or the build must make it, or publish will refuse"));
}

}  // namespace releaser
