#include "releaser/commands/pointer_run.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/agreement.hpp"
#include "releaser/commands/password.hpp"
#include "releaser/commands/publishing_run.hpp"
#include "releaser/pointers/wait_for_holders.hpp"

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
  result.emplace_back("awaits", json::Array(run.awaits.begin(), run.awaits.end()));
  if (run.options.sign_only && !run.is_public_already)
    result.emplace_back("signatures", run.signatures_out.string());
  result.emplace_back("actions", json_of_actions(run));
  result.emplace_back("failures", json_of_failures(run));
  result.emplace_back("pull_requests", json_of_proposed(run));
  out << json::write(result, json::Style::pretty);
}

void check_pointer_options(const RunOptions& options, const base::Arguments& arguments) {
  const auto refuse = [](const std::string& problem) {
    throw base::Error(base::Errc::usage, problem);
  };
  if (options.sign_only && !options.signatures.empty()) {
    refuse("--sign-only writes signatures, and --signatures publishes with them; give one of them");
  }
  if (arguments.has("--out") && !options.sign_only) refuse("--out belongs to --sign-only");
  if (options.dry_run && options.resumes()) {
    refuse(cat("--dry-run does not go with ", options.sign_only ? "--sign-only" : "--signatures"));
  }
}

// A word as a shell reads it.
std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+,";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  return cat("'", base::replace_all(word, "'", "'\\''"), "'");
}

// "yank 1.3.0 --reason 'loses settings'": what the command is about, as a person types it.
std::string command_line(const std::string& name, const base::Arguments& arguments) {
  std::string line = cat(name, " ", quoted(arguments.positional(0).value()));
  for (const std::string_view option : {"--to", "--reason", "--message", "--percent"})
    if (const auto value = arguments.value(option)) line += cat(" ", option, " ", quoted(*value));
  if (arguments.has("--clear")) line += " --clear";
  return line;
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

// What a holder has done, and what comes next.
void print_signed(const Run& run, const PointerMove& move, std::ostream& out) {
  const std::string folder = short_path(run.signatures_out);
  out << "signatures of " << move.command_line << " are in " << folder << '\n';
  for (const std::string& line : run.awaits)
    out << "still missing: " << line << '\n';
  if (!run.awaits.empty()) {
    out << "next: whoever has that runs the same command, and gives the folder on or writes one of "
           "his own\n";
  }
  out << (run.awaits.empty() ? "next: " : "then: ") << finishing_command(move, folder) << '\n';
}

void print_text(const Run& run, const PointerMove& move, std::ostream& out) {
  if (run.options.sign_only && !run.is_public_already) {
    print_signed(run, move, out);
    return;
  }
  if (!run.awaits.empty()) {
    for (const std::string& line : move.words)
      out << line << '\n';
    out << "that waits for signatures; nothing new is public\n";
    return;
  }
  if (run.actions.empty()) {
    out << "nothing to do: all of that is public already\n";
    print_packages(run, out);
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
    const std::string& name = destination->name();
    if (has_failed(run, name)) continue;
    out << destination->url() << " (" << destination->place() << "): "
        << (destination->carries().site ? what_was_written(run, *destination)
                                        : what_was_done(run, {name}))
        << '\n';
  }
  print_packages(run, out);
}

}  // namespace

std::vector<base::Option> pointer_options(std::vector<base::Option> own) {
  own.push_back({"--dry-run", "", "", "say what would be published, and change nothing", {}});
  own.push_back(yes_option());
  own.push_back({"--key", "", "FILE", "secret key to sign with; repeated for several", {}});
  own.push_back({"--sign-only", "", "", "sign a change that waits, and publish nothing", {}});
  own.push_back({"--out", "", "DIR", "with it: where signatures go; default signatures/…", {}});
  own.push_back({"--signatures",
                 "",
                 "DIR",
                 "publish a change that waited, with these; repeated for several",
                 {}});
  own.push_back({"--token-file", "", "[NAME=]FILE", "token for a host, not from its variable", {}});
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
  options.sign_only = arguments.has("--sign-only");
  for (std::string& folder : repeated(arguments, "--signatures"))
    options.signatures.emplace_back(std::move(folder));
  options.signatures_out = arguments.value("--out").value_or("");
  check_pointer_options(options, arguments);
  PointerMove move;
  move.command = name;
  move.command_line = command_line(name, arguments);
  move.signatures_folder = cat(name, "-", arguments.positional(0).value());
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
    if (!run.awaits.empty() && !run.options.sign_only) {
      services.out.flush();
      throw base::Error(
          base::Errc::config,
          cat(base::join(run.awaits, "; "), "; nothing new is public. Two commands finish it:\n  ",
              signing_command(move), "      where that key is\n  ", finishing_command(move, "DIR"),
              "      anywhere, with the folder that the first wrote"));
    }
    throw_if_some_failed(run);
  });
  return base::exit_status(base::Errc::done);
}

}  // namespace releaser
