#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "releaser/stages/stage.hpp"

#include <algorithm>
#include <filesystem>

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
  base::ProcessResult result;
  try {
    result = base::run_process(argv, {.directory = run.config.root.empty() ? "." : run.config.root,
                                      .environment = std::move(environment)});
  } catch (const Error& error) {
    throw Error(Errc::config, cat(line, ": ", error.what(), "; install it, or mend the command"));
  }
  if (result.exit_status == 0) return;
  // Some tools tell their errors on standard output.
  const std::string_view errors =
      base::trim(base::trim(result.errors).empty() ? result.output : result.errors);
  const std::string_view tail =
      errors.substr(errors.size() - std::min<std::size_t>(errors.size(), 2000));
  throw Error(Errc::config,
              cat(line, " ended with status ", result.exit_status, "; run it by hand and mend it",
                  tail.empty() ? "" : ":\n", base::safe_text(tail)));
}

bool is_there(const Target& target) {
  return std::all_of(target.binaries.begin(), target.binaries.end(), [](const InputBinary& each) {
    std::error_code ignored;
    return std::filesystem::exists(each.source, ignored);
  });
}

void build(const Run& run, const Target& target) {
  if (!run.options.dry_run) base::make_directories(target.binaries.front().source.parent_path());
  run_command(run, target.command, target.environment);
  if (run.options.dry_run) return;
  for (const InputBinary& binary : target.binaries) {
    std::error_code ignored;
    if (std::filesystem::exists(binary.source, ignored)) continue;
    throw Error(Errc::config, cat(base::join(target.command, " "), " ended well but made no ",
                                  binary.source.string(),
                                  "; let the command write to {binary}, or mend `binary`"));
  }
}

// Whatever could bring an agent has run.
void find_agents(Run& run) {
  add_agents(run.config, run.targets, run.home);
  if (run.options.dry_run || !may_make_agents(run)) return;
  Problems problems;
  check_agents(run, problems);
  conclude(run, problems);
}

}  // namespace

Skipped build_stage(Run& run) {
  const bool builds = std::any_of(run.targets.begin(), run.targets.end(),
                                  [](const Target& target) { return !target.command.empty(); });
  const PlaceholderValues values = release_values(run.config, *run.identity);
  for (const Argv& hook : run.config.hooks.before) {
    if (!run.options.dry_run) {
      run.around.messages.say(cat("hook before: ", base::safe_text(base::join(hook, " "), 100)));
    }
    base::with_context("hook before", [&] { run_command(run, fill(hook, values), {}); });
  }
  if (run.options.dry_run && makes_files(run)) {
    Problems missing;
    find_archive_files(run, missing);
    run.awaits_build = !missing.problems().empty() ||
                       !std::all_of(run.targets.begin(), run.targets.end(), is_there);
  }
  if (!builds) {
    find_agents(run);
    return run.config.hooks.before.empty() ? Skipped("the binaries are there already")
                                           : std::nullopt;
  }
  const auto number = std::count_if(run.targets.begin(), run.targets.end(),
                                    [](const Target& target) { return !target.command.empty(); });
  std::ptrdiff_t current = 0;
  for (const Target& target : run.targets) {
    if (target.command.empty()) continue;
    ++current;
    if (!run.options.dry_run) {
      run.around.messages.say(
          cat("build: ", target.platform.name(), " (", current, " of ", number, ")"));
    }
    base::with_context(target.platform.name(), [&] { build(run, target); });
    run.awaits_build = run.awaits_build || (run.options.dry_run && !is_there(target));
  }
  find_agents(run);
  return std::nullopt;
}

// One hook for one binary that was stamped or copied for it.
void run_after_stamp_hooks(const Run& run, const Target& target, const base::Path& binary) {
  PlaceholderValues values = target.values;
  values["binary"] = path_for_commands(run.config, binary);
  const auto environment = environment_of(run.config, target.platform, values);
  for (const Argv& hook : run.config.hooks.after_stamp) {
    base::with_context("hook after_stamp",
                       [&] { run_command(run, fill(hook, values), environment); });
  }
}

}  // namespace releaser
