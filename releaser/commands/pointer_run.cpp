#include "releaser/commands/pointer_run.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/agreement.hpp"
#include "releaser/commands/password.hpp"
#include "releaser/commands/release_run.hpp"
#include "releaser/commands/stop_notice.hpp"
#include "releaser/stages/each_destination.hpp"

#include <algorithm>

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
  json::Array actions;
  actions.reserve(run.actions.size());
  for (const Action& action : run.actions)
    actions.emplace_back(json::Object{{"action", action.what}, {"destination", action.where}});
  json::Array failures;
  failures.reserve(run.failures.size());
  for (const DestinationFailure& failure : run.failures) {
    failures.emplace_back(json::Object{{"destination", failure.name},
                                       {"status", base::exit_status(failure.code)},
                                       {"problem", failure.problem}});
  }
  result.emplace_back("dry_run", run.options.dry_run);
  result.emplace_back("changes", json::Array(move.words.begin(), move.words.end()));
  result.emplace_back("actions", std::move(actions));
  result.emplace_back("failures", std::move(failures));
  out << json::write(result, json::Style::pretty);
}

void print_text(const Run& run, const PointerMove& move, std::ostream& out) {
  if (run.actions.empty()) {
    out << "nothing to do: all of that is public already\n";
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
    const auto count =
        std::count_if(run.actions.begin(), run.actions.end(),
                      [&](const Action& action) { return action.where == destination->name(); });
    out << destination->url() << " (" << destination->place() << "): ";
    if (count == 0) {
      out << "nothing to do\n";
    } else {
      out << count << (count == 1 ? " file" : " files") << " written and verified\n";
    }
  }
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
  for (const auto& [member, value] : subject)
    move.command += cat(" ", member, "=", value);
  const auto work = [&](Run& run) {
    move_pointers(run, move, make_edit(run));
    if (wants_json(arguments)) {
      print_json(run, move, name, subject, services.out);
    } else {
      print_text(run, move, services.out);
    }
    if (run.failures.empty()) return;
    throw failure_of(run.failures, run.failures.size() + run.destinations.size(),
                     base::Errc::partial,
                     "; mend that and run the same command again, which does what is missing");
  };
  if (!options.dry_run) {
    tell_when_stopped();
    with_run(services, arguments, options, [&](Run& run) {
      const DistFolder dist(run);
      run.acquires = true;
      work(run);
    });
    return base::exit_status(base::Errc::done);
  }
  const base::Path parent = services.environment.find("TMPDIR").value_or("/tmp");
  const base::TemporaryDirectory dist(parent, "cco-release-");
  const base::Path real_dist = options.dist;
  options.dist = dist.path();
  with_run(services, arguments, options, [&](Run& run) {
    run.dist_to_copy_record_from = real_dist.empty() ? default_dist(run.config) : real_dist;
    work(run);
  });
  return base::exit_status(base::Errc::done);
}

}  // namespace releaser
