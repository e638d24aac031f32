#include "releaser/commands/tag.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "releaser/commands/release_run.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/tag/make_tag.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;
using schema::Version;

TagOptions options_of(const base::Arguments& arguments) {
  TagOptions options;
  const bool is_next = arguments.has("--next");
  if (const auto text = arguments.positional(0)) {
    if (is_next) throw Error(Errc::usage, "--next and a version; give one of them");
    options.version = Version::parse(*text);
  } else if (!is_next) {
    throw Error(Errc::usage, "which version? Give it, or say --next");
  }
  for (const std::string_view option : {"--channel", "--bump"}) {
    if (arguments.has(option) && !is_next)
      throw Error(Errc::usage, cat(option, " belongs to --next"));
  }
  options.channel = *schema::parse_channel(arguments.value("--channel").value_or("stable"));
  if (const auto bump = arguments.value("--bump")) {
    options.bump = *bump == "major" ? Bump::major : *bump == "minor" ? Bump::minor : Bump::patch;
  }
  options.remote = arguments.value("--remote").value_or("origin");
  options.pushes = !arguments.has("--no-push");
  options.allow_backport = arguments.has("--allow-backport");
  return options;
}

PublicState public_state(const Run& run) {
  if (!run.config.sign || run.config.destinations.empty()) return {};
  const auto first = make_destination(run.config.destinations.front(), run.config, run.machine());
  return base::with_context(first->place(),
                            [&] { return read_public_state(*first, run.config, {}); });
}

void tag(Run& run, const TagOptions& options, const base::Arguments& arguments,
         const Services& services) {
  const Config& config = run.config;
  const base::Messages& messages = run.around.messages;
  Problems problems;
  const PublicState before = public_state(run);
  const auto plan = plan_tag(config, options, before, services.now, problems);
  problems.throw_if_any();
  const bool is_dry = run.options.dry_run;
  std::vector<std::string> actions;
  const auto note = [&](std::string text) { actions.push_back(std::move(text)); };
  if (!plan->is_made) {
    for (const Argv& check : config.tag.checks) {
      note(cat("run ", base::join(check, " ")));
      if (is_dry) continue;
      messages.say(actions.back());
      run_check(config, check);
    }
    note(cat(plan->is_signed ? "sign" : "make", " the tag ", plan->tag(), " at ",
             plan->commit.substr(0, 7)));
    if (!is_dry) make_tag(config, *plan);
    if (!plan->is_signed) {
      messages.say("the tag is annotated and not signed: git has no user.signingkey");
    }
  }
  if (plan->has_to_be_pushed) {
    note(cat("push ", plan->tag(), " to ", options.remote));
    if (!is_dry) push_tag(config, *plan, options.remote);
  }
  if (wants_json(arguments)) {
    services.out << json::write(
        json::Object{{"schema", 1},
                     {"product", config.product.name},
                     {"version", plan->version.text()},
                     {"tag", plan->tag()},
                     {"commit", plan->commit},
                     {"dry_run", is_dry},
                     {"signed", plan->is_signed},
                     {"actions", json::Array(actions.begin(), actions.end())}},
        json::Style::pretty);
    return;
  }
  for (const std::string& action : actions)
    services.out << action << '\n';
  if (actions.empty()) services.out << "nothing to do: " << plan->tag() << " is there already\n";
  if (is_dry && !actions.empty()) services.out << "nothing was changed\n";
}

int run_tag(const Services& services, const base::Arguments& arguments) {
  const TagOptions options = options_of(arguments);
  RunOptions run_options;
  run_options.dry_run = arguments.has("--dry-run");
  with_run(services, arguments, run_options,
           [&](Run& run) { tag(run, options, arguments, services); });
  return base::exit_status(Errc::done);
}

}  // namespace

base::Command add_tag(const Services& services) {
  return {
      .name = "tag",
      .aliases = {},
      .summary = "make and push the tag of a version, after all that must hold for it",
      .description =
          "The version is above what is public and tagged, the tree is clean, the files of "
          "[version] name the version, [changelog] has something to say of it, and the commands of "
          "[tag] checks end with 0. Then the tag is made, signed where git is configured to sign, "
          "and pushed. Tags never move. The same command again pushes what was not pushed.\n"
          "\n"
          "--next counts up what is tagged or public: YYYY.M.N of this month for calver; for "
          "semver "
          "as the commits since the last tag ask for it (a breaking change, feat:, anything else), "
          "or as --bump says.",
      .options =
          {{"--next", "", "", "the version after the newest", {}},
           {"--channel",
            "",
            "CHANNEL",
            "with it: of which channel; default stable",
            {"stable", "beta", "nightly"}},
           {"--bump", "", "PLACE", "with it: which number goes up", {"major", "minor", "patch"}},
           {"--remote", "", "NAME", "where it is pushed; default origin", {}},
           {"--no-push", "", "", "make it, and do not push it", {}},
           {"--allow-backport", "", "", "the version may be lower than the newest", {}},
           {"--dry-run", "", "", "say what would be done, and change nothing", {}}},
      .positionals = {{"VERSION", "the version, without --next", false, {}}},
      .examples = {{"cco-release tag 1.4.0", "checks, tags and pushes"},
                   {"cco-release tag --next --dry-run", "which version comes next?"},
                   {"cco-release tag --next --channel beta", "1.5.0-beta.1, then -beta.2"}},
      .run = [&services](const base::Arguments& arguments) {
        return run_tag(services, arguments);
      }};
}

}  // namespace releaser
