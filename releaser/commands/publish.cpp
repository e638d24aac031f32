#include "releaser/commands/publish.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/agreement.hpp"
#include "releaser/commands/network_access.hpp"
#include "releaser/commands/password.hpp"
#include "releaser/commands/publishing_run.hpp"
#include "releaser/stages.hpp"
#include "releaser/stages/staging.hpp"

#include <algorithm>
#include <filesystem>
#include <tuple>

namespace releaser {
namespace {

using base::cat;
namespace json = base::json;

void print_json(const Run& run, std::ostream& out) {
  json::Array awaits;
  for (const std::string& line : run.awaits)
    awaits.emplace_back(line);
  const bool is_published = run.publishes() && !run.options.dry_run && run.awaits.empty() &&
                            !run.options.sign_only && !run.is_held_back;
  json::Object result{{"schema", 1},
                      {"product", run.config.product.name},
                      {"version", run.identity->version.text()},
                      {"channel", schema::channel_name(run.identity->channel)},
                      {"dry_run", run.options.dry_run},
                      {"published", is_published || run.is_public_already},
                      {"awaits", std::move(awaits)}};
  if (run.options.sign_only && !run.is_public_already) {
    result.emplace_back("signatures", run.signatures_out.string());
  }
  result.emplace_back("waits_for", json::Array(run.held_back_by.begin(), run.held_back_by.end()));
  result.emplace_back("actions", json_of_actions(run));
  result.emplace_back("failures", json_of_failures(run));
  result.emplace_back("pull_requests", json_of_proposed(run));
  out << json::write(result, json::Style::pretty);
}

// What a holder has done, and what comes next.
void print_signed(const Run& run, const std::string& release, std::ostream& out) {
  if (run.is_public_already) {
    out << release << " is public already; nothing is left to sign\n";
    return;
  }
  const std::string folder = short_path(run.signatures_out);
  out << "signatures of " << release << " are in " << folder << '\n';
  for (const std::string& line : run.awaits)
    out << "still missing: " << line << '\n';
  if (!run.awaits.empty()) {
    out << "next: whoever has that runs the same command, and gives the folder on or writes one of "
           "his own\n";
  }
  out << (run.awaits.empty() ? "next: " : "then: ") << finishing_command(run, folder) << '\n';
}

void print_text(const Run& run, std::ostream& out) {
  const std::string release = cat(run.config.product.name, " ", run.identity->version.text());
  if (run.options.sign_only) {
    print_signed(run, release, out);
    return;
  }
  if (run.options.dry_run) {
    for (const Action& action : run.actions)
      out << action.where << ": " << action.what << '\n';
    for (const std::string& line : run.awaits)
      out << "it would wait for a signature: " << line << '\n';
    if (run.awaits_build) {
      out << "what comes after the build depends on its binaries, which are not there yet; "
             "cco-release package makes them without publishing\nnothing was changed\n";
    } else {
      for (const std::string& name : run.held_back_by)
        out << "nothing would be announced: " << name << " lacks the release, and is left alone\n";
      out << (run.actions.empty() ? "nothing to do" : "nothing was changed") << '\n';
    }
    return;
  }
  if (!run.publishes()) {
    out << release << " is in " << run.folder.string() << "; nothing was published\n";
    return;
  }
  if (!run.awaits.empty()) {
    out << release << " is made and waits for signatures; nothing new is public\n";
    for (const DraftArchive& archive : run.draft->archives)
      out << archive.packed.sha256.hex() << "  " << archive.asset << '\n';
    return;
  }
  if (run.is_held_back) {
    out << release << " is not announced: its files are at ";
    const char* separator = "";
    for (const auto& destination : run.destinations) {
      if (run.leaves_alone(destination->name())) continue;
      out << separator << destination->place();
      separator = ", ";
    }
    out << ", and nothing names them yet\n";
    if (!run.held_back_by.empty())
      out << "next: the same command for " << base::join(run.held_back_by, ",")
          << ", or without --only\n";
    return;
  }
  for (const auto& destination : run.destinations) {
    if (run.leaves_alone(destination->name())) continue;
    out << release << " is public at " << destination->url() << " (" << destination->place()
        << "): " << what_was_written(run, *destination) << '\n';
  }
  print_packages(run, out);
}

// What the maintainer carries on by hand.
void tell_of_package_files(const Run& run) {
  if (run.options.dry_run || !run.publishes() || run.actions.empty() || run.is_held_back) return;
  if (run.options.sign_only) return;
  for (const auto& [folder, place, kind] :
       {std::tuple("formula", "Homebrew tap (its Formula/)", "homebrew"),
        std::tuple("scoop", "Scoop bucket", "scoop")}) {
    const auto pushed = package_kinds(run);
    if (std::find(pushed.begin(), pushed.end(), kind) != pushed.end()) continue;
    if (!std::filesystem::is_directory(run.folder / folder)) continue;
    for (const std::string& name : base::list_directory(run.folder / folder)) {
      run.around.messages.say(
          cat((run.folder / folder / name).string(), " is for your ", place, ": copy it there"));
    }
  }
}

void publish(Run& run, const base::Arguments& arguments, const Services& services) {
  run_stages(run, Until::publish);
  if (wants_json(arguments)) {
    print_json(run, services.out);
  } else {
    print_text(run, services.out);
  }
  if (!run.awaits.empty() && !run.options.sign_only && !run.options.dry_run) {
    services.out.flush();
    throw base::Error(
        base::Errc::config,
        cat(base::join(run.awaits, "; "), "; nothing new is public. Two commands finish it:\n  ",
            signing_command(run), " [--rebuild]      where that key is\n  ",
            finishing_command(run, "DIR"), "      anywhere, with the folder that the first wrote"));
  }
  tell_of_package_files(run);
  throw_if_some_failed(run);
}

int run_publish(const Services& services, const base::Arguments& arguments) {
  run_or_rehearse(services, arguments, run_options(arguments), {"publish", "", ""},
                  [&](Run& run) { publish(run, arguments, services); });
  return base::exit_status(base::Errc::done);
}

}  // namespace

base::Command add_publish(const Services& services) {
  std::vector<base::Option> options = release_options();
  options.push_back({"--skip", "", "LIST", "stages or destinations, separated by commas", {}});
  options.push_back({"--only", "", "LIST", "destinations; the others are not changed", {}});
  options.push_back({"--fail-fast", "", "", "stop at the first destination that fails", {}});
  options.push_back({"--draft", "", "", "leave drafts at hosts; a person publishes them", {}});
  options.push_back(
      {"--token-file", "", "[NAME=]FILE", "token for a host, not from its variable", {}});
  options.push_back(
      {"--release-notes", "", "FILE", "what is new, for the page of the release at hosts", {}});
  options.push_back(previous_option());
  options.push_back({"--dry-run", "", "", "say what would be published, and change nothing", {}});
  options.push_back({"--key", "", "FILE", "secret key to sign with; repeated for several", {}});
  options.push_back(
      {"--rollout", "", "N", "offer it to N % of the machines at first (see rollout)", {}});
  options.push_back({"--sign-only", "", "", "sign a release that waits, and publish nothing", {}});
  options.push_back(
      {"--rebuild", "", "", "with it: build, and sign only what has the same bytes", {}});
  options.push_back(
      {"--out", "", "DIR", "with it: where signatures go; default signatures/vVERSION", {}});
  options.push_back(yes_option());
  options.push_back({"--signatures",
                     "",
                     "DIR",
                     "publish a release that waited, with these; repeated for several",
                     {}});
  options.push_back(above_option());
  options.push_back(timeout_option());
  for (base::Option& option : password_options())
    options.push_back(std::move(option));
  return {.name = "publish",
          .aliases = {"release"},
          .summary = "make a release and publish it; what is done already is not done again",
          .description =
              "Runs all stages: identify, preflight, build, stamp, inspect, package, checksum, "
              "manifest, render, sign, publish. After any failure the same command goes on. "
              "Assets are public and verified before a manifest names them, and the installers "
              "that pin them come last. Of several destinations the first is what the others "
              "follow; another one that fails does not stop the rest. "
              "With --only, the destinations that are left alone are read all the same: where one "
              "that is not optional lacks the archives, or the first the release, what is named is "
              "brought there, verified, and announced nowhere until they have it. "
              "With [trust], and without the release key, the release is made and staged where "
              "nothing public names it; a holder of the key signs it with --sign-only, and "
              "--signatures publishes it.",
          .options = std::move(options),
          .positionals = {},
          .examples = {{"cco-release publish --version 1.4.0", "publishes to every destination"},
                       {"cco-release publish", "in CI: the version is that of the tag"},
                       {"cco-release publish --version 1.4.0 --dry-run", "says what it would do"},
                       {"cco-release publish --version 1.4.0 --sign-only --rebuild",
                        "where the release key is: shows, asks and signs what CI has made"},
                       {"cco-release publish --version 1.4.0 --signatures signatures/v1.4.0",
                        "publishes it with those signatures"},
                       {"cco-release publish --version 1.4.0 --previous previous",
                        "with deltas from the releases that cco-release previous put there"},
                       {"cco-release publish --version 1.5.0-beta.1 --channel beta",
                        "leaves the installers at the newest stable release"},
                       {"cco-release publish --version 1.5.0 --rollout 10",
                        "then: cco-release rollout 1.5.0 --percent 50"}},
          .run = [&services](const base::Arguments& arguments) {
            return run_publish(services, arguments);
          }};
}

}  // namespace releaser
