#include "releaser/commands/pointer_run.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/agreement.hpp"
#include "releaser/commands/password.hpp"
#include "releaser/commands/publishing_run.hpp"

namespace releaser {
namespace {

using base::cat;
namespace json = base::json;
using Subject = std::vector<std::pair<std::string, std::string>>;

void print_json(const Run& run, const PointerMove& move, const std::string& name,
                const Subject& subject, std::ostream& out) {
  json::Object result{{"schema", 1}, {"product", run.config.product.name}, {"command", name}};
  for (const auto& [member, value] : subject)
    result.emplace_back(member, value);
  result.emplace_back("dry_run", run.options.dry_run);
  result.emplace_back("changes", json::Array(move.words.begin(), move.words.end()));
  result.emplace_back("actions", json_of_actions(run));
  result.emplace_back("failures", json_of_failures(run));
  result.emplace_back("pull_requests", json_of_proposed(run));
  out << json::write(result, json::Style::pretty);
}

// "promote", {version: 1.0.0, to: stable} and "rollback", {channel: stable, to: 1.0.0}
JobSubject job_subject(const std::string& name, const Subject& subject) {
  JobSubject job{name, "", ""};
  for (const auto& [member, value] : subject) {
    if (member == "version") job.version = value;
    if (member == "channel") job.channel = value;
  }
  for (const auto& [member, value] : subject)
    if (member == "to") (job.version.empty() ? job.version : job.channel) = value;
  return job;
}

void print_text(const Run& run, const PointerMove& move, std::ostream& out) {
  if (run.actions.empty()) {
    out << "nothing to do: all of that is public already\n";
    print_proposed(run, out);
    return;
  }
  // A real run has shown what changes before it asked.
  if (run.options.dry_run) {
    for (const std::string& line : move.words)
      out << line << '\n';
    for (const Action& action : run.actions)
      out << action.where << ": " << action.what << '\n';
    out << "nothing was changed\n";
    return;
  }
  for (const auto& destination : run.destinations) {
    if (!destination->carries().site) continue;
    out << destination->url() << " (" << destination->place()
        << "): " << what_was_written(run, *destination) << '\n';
  }
  print_proposed(run, out);
}

}  // namespace

std::vector<base::Option> pointer_options(std::vector<base::Option> own) {
  own.push_back({"--dry-run", "", "", "say what would be published, and change nothing", {}});
  own.push_back(yes_option());
  own.push_back({"--key", "", "FILE", "secret key to sign with; repeated for several", {}});
  for (base::Option& option : password_options())
    own.push_back(std::move(option));
  return own;
}

int run_pointer_command(const Services& services, const base::Arguments& arguments,
                        const std::string& name, const Subject& subject,
                        const MakeEdit& make_edit) {
  RunOptions options;
  options.dry_run = arguments.has("--dry-run");
  options.dist = dist_path_of(arguments);
  for (std::string& file : key_files(arguments))
    options.keys.emplace_back(std::move(file));
  PointerMove move;
  move.command = name;
  for (const auto& [member, value] : subject) {
    move.command += cat(" ", member, "=", value);
    if (member == "version") move.named.push_back(schema::Version::parse(value));
  }
  const JobSubject told = job_subject(name, subject);
  run_or_rehearse(services, arguments, std::move(options), told, [&](Run& run) {
    move_pointers(run, move, make_edit(run));
    if (wants_json(arguments)) {
      print_json(run, move, name, subject, services.out);
    } else {
      print_text(run, move, services.out);
    }
    throw_if_some_failed(run);
  });
  return base::exit_status(base::Errc::done);
}

}  // namespace releaser
