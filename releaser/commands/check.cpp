#include "releaser/commands/check.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "releaser/ci_job/workflow_job.hpp"
#include "releaser/commands/job_report.hpp"
#include "releaser/commands/password.hpp"
#include "releaser/commands/release_run.hpp"
#include "releaser/init/ci_files.hpp"
#include "releaser/stages/stage.hpp"

#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
namespace json = base::json;

void check_tools(const Run& run, Problems& problems) {
  const std::string path = run.around.environment.find("PATH").value_or("");
  std::set<std::string> programs;
  for (const Target& target : run.targets) {
    if (!target.command.empty()) programs.insert(target.command.front());
  }
  for (const auto* const hooks : {&run.config.hooks.before, &run.config.hooks.after_stamp}) {
    for (const Argv& hook : *hooks)
      programs.insert(hook.front());
  }
  for (const std::string& program : programs) {
    const bool is_path = program.find('/') != std::string::npos;
    const bool found =
        is_path ? base::type_of(run.config.root / program) == std::filesystem::file_type::regular
                : base::find_program(program, path).has_value();
    if (!found) {
      problems.add(
          cat("the program `", program, "` of a command or hook is not there; install it"));
    }
  }
}

void check_workflows(const Config& config, Problems& problems) {
  constexpr std::size_t kMaxWorkflowBytes = 1024UL * 1024;
  const auto drift = ci_drift(config, [&](const std::string& path) {
    return base::read_file_if_exists(config.resolve(path, ""), kMaxWorkflowBytes);
  });
  for (const std::string& line : drift)
    problems.warn(line);
}

void report(const Problems& problems, bool as_json, std::ostream& out) {
  if (as_json) {
    json::Array errors;
    for (const Problem& problem : problems.problems()) {
      errors.emplace_back(
          json::Object{{"status", base::exit_status(problem.code)}, {"problem", problem.text}});
    }
    json::Array warnings(problems.warnings().begin(), problems.warnings().end());
    out << json::write(
        json::Object{
            {"schema", 1}, {"problems", std::move(errors)}, {"warnings", std::move(warnings)}},
        json::Style::pretty);
    return;
  }
  for (const Problem& problem : problems.problems())
    out << "problem: " << problem.text << '\n';
  for (const std::string& warning : problems.warnings())
    out << "warning: " << warning << '\n';
  if (problems.problems().empty()) out << "ready to publish\n";
}

int run_check(const Services& services, const base::Arguments& arguments) {
  if (arguments.has("--print-schema")) {
    services.out << config_schema();
    return base::exit_status(Errc::done);
  }
  if (services.job != nullptr) services.job->begin("check");
  RunOptions options = run_options(arguments);
  int status = base::exit_status(Errc::done);
  with_run(services, arguments, options, [&](Run& run) {
    Problems problems;
    run.warns_again = true;
    inspect_everything(run, problems);
    check_tools(run, problems);
    check_workflows(run.config, problems);
    if (run.options.strict) problems.make_problems_of_warnings();
    report(problems, wants_json(arguments), services.out);
    tell_job(services, run, {"check", "", ""}, problems);
    try {
      problems.throw_if_any();
    } catch (const base::Error& error) {
      status = base::exit_status(error.code());
    }
  });
  return status;
}

}  // namespace

base::Command add_check(const Services& services) {
  std::vector<base::Option> options = release_options();
  options.push_back({"--print-schema", "", "", "print the JSON schema of cco-release.toml", {}});
  options.push_back(
      {"--key", "", "FILE", "a key that publish will be given; repeated for several", {}});
  for (base::Option& option : password_options())
    options.push_back(std::move(option));
  return {
      .name = "check",
      .aliases = {},
      .summary = "look for everything that would stop a release, and change nothing",
      .description =
          "Checks configuration, tools, key, inputs and what is public, and lists every problem "
          "with what to do about it. Exits with the status that publish would have.",
      .options = std::move(options),
      .positionals = {},
      .examples = {{"cco-release check --version 1.4.0", "every problem at once"},
                   {"cco-release check --strict", "warnings are problems too"},
                   {"cco-release check --print-schema > cco-release.schema.json",
                    "for editors that know JSON schemas"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_check(services, arguments);
      }};
}

}  // namespace releaser
