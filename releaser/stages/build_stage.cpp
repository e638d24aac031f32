#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "releaser/stages/stage.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

void run_command(const Run& run, const Argv& argv, const std::vector<std::string>& more_variables) {
  const std::string line = base::join(argv, " ");
  if (run.options.dry_run) {
    run.around.messages.say(cat("would run ", line));
    return;
  }
  run.around.messages.detail(cat("run ", line));
  std::map<std::string, std::string, std::less<>> variables = run.around.environment.variables();
  std::vector<std::string> environment = more_variables;
  for (const std::string& variable : more_variables) {
    variables.erase(variable.substr(0, variable.find('=')));
  }
  for (const auto& [name, value] : variables)
    environment.push_back(cat(name, "=", value));
  const auto result =
      base::run_process(argv, {.directory = run.config.root.empty() ? "." : run.config.root,
                               .environment = std::move(environment)});
  if (result.exit_status == 0) return;
  const std::string_view errors = base::trim(result.errors);
  const std::string_view tail =
      errors.substr(errors.size() - std::min<std::size_t>(errors.size(), 2000));
  throw Error(Errc::config,
              cat(line, " ended with status ", result.exit_status, "; run it by hand and mend it",
                  tail.empty() ? "" : ":\n", base::safe_text(tail)));
}

}  // namespace

Skipped build_stage(Run& run) {
  const bool builds = std::any_of(run.targets.begin(), run.targets.end(),
                                  [](const Target& target) { return !target.command.empty(); });
  const PlaceholderValues values = release_values(run.config, *run.identity);
  for (const Argv& hook : run.config.hooks.before)
    run_command(run, fill(hook, values), {});
  if (!builds) {
    return run.config.hooks.before.empty() ? Skipped("the binaries are there already")
                                           : std::nullopt;
  }
  for (const Target& target : run.targets) {
    if (target.command.empty()) continue;
    if (!run.options.dry_run) base::make_directories(target.binaries.front().source.parent_path());
    base::with_context(target.platform.name(),
                       [&] { run_command(run, target.command, target.environment); });
  }
  return std::nullopt;
}

// One hook for one binary that was stamped or copied for it.
void run_after_stamp_hooks(const Run& run, const Target& target, const base::Path& binary) {
  PlaceholderValues values = target.values;
  values["binary"] = binary.string();
  for (const Argv& hook : run.config.hooks.after_stamp) {
    base::with_context(target.platform.name(), [&] { run_command(run, fill(hook, values), {}); });
  }
}

}  // namespace releaser
