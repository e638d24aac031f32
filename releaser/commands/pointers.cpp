#include "releaser/commands/pointers.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/commands/pointer_run.hpp"
#include "releaser/stages/rollout_share.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using schema::Channel;
using schema::Version;

// Every command ends like that, so it is said once.
constexpr std::string_view kMetadataOnly =
    "Only manifests, metadata and the top-level installers change, never an asset. The same "
    "command again finishes what was stopped, and else does nothing.";

base::Option needed(std::string name, std::string value, std::string help,
                    std::vector<std::string> choices = {}) {
  return {std::move(name), "", std::move(value), std::move(help), std::move(choices)};
}

std::string required_value(const base::Arguments& arguments, std::string_view option,
                           std::string_view example) {
  if (const auto value = arguments.value(option)) return *value;
  throw Error(Errc::usage, cat(option, " is missing; for example ", option, " ", example));
}

const std::vector<std::string> kChannelNames{"stable", "beta", "nightly"};

base::Positional version_positional() { return {"VERSION", "a public version", true, {}}; }
base::Positional channel_positional() { return {"CHANNEL", "whose users", true, kChannelNames}; }

Version version_of(const base::Arguments& arguments) {
  return Version::parse(arguments.positional(0).value());
}

Channel channel_of_text(const std::string& text) {
  const auto channel = schema::parse_channel(text);
  if (!channel) {
    throw Error(Errc::usage, cat(base::safe_text(text, 40), " is no channel; there are ",
                                 base::join(kChannelNames, ", ")));
  }
  return *channel;
}

template <class Command>
MakeEdit edits(const Command& command) {
  return [=](const Run&) -> EditPublic {
    return
        [=](const PublicManifests& before, base::Time now) { return edit(before, command, now); };
  };
}

base::Command command_of(std::string name, std::string summary, std::string_view description,
                         std::vector<base::Option> options, base::Positional positional,
                         std::vector<base::Example> examples,
                         std::function<int(const base::Arguments&)> run) {
  return {.name = std::move(name),
          .aliases = {},
          .summary = std::move(summary),
          .description = cat(description, " ", kMetadataOnly),
          .options = pointer_options(std::move(options)),
          .positionals = {std::move(positional)},
          .examples = std::move(examples),
          .run = std::move(run)};
}

}  // namespace

base::Command add_promote(const Services& services) {
  return command_of(
      "promote", "offer a public release to the users of another channel, with the same bytes",
      "The release gets an entry in the manifest of that channel, and keeps its name, its archives "
      "and its signatures. Promoted to stable as the newest there, it is what the installers pin.",
      {needed("--to", "CHANNEL", "the channel", kChannelNames)}, version_positional(),
      {{"cco-release promote 1.5.0-rc.1 --to beta", "from nightly to beta"},
       {"cco-release promote 1.5.0-beta.2 --to stable --dry-run", "says what it would do"}},
      [&services](const base::Arguments& arguments) {
        const std::string to = required_value(arguments, "--to", "stable");
        const Promote command{version_of(arguments), channel_of_text(to)};
        return run_pointer_command(services, arguments, "promote",
                                   {{"version", command.version.text()}, {"to", to}},
                                   edits(command));
      });
}

base::Command add_yank(const Services& services) {
  return command_of(
      "yank", "withdraw a public version: agents leave it, nobody gets it any more",
      "Whoever has the version goes to the newest good one of the channel, also downward, with the "
      "next update. The newest good one is then what installers pin. The archives stay where they "
      "are.",
      {needed("--reason", "TEXT", "why, as users read it")}, version_positional(),
      {{"cco-release yank 1.4.0 --reason 'loses settings on Windows'", "asks, then withdraws it"}},
      [&services](const base::Arguments& arguments) {
        const Yank command{version_of(arguments),
                           required_value(arguments, "--reason", "'loses settings'")};
        return run_pointer_command(
            services, arguments, "yank",
            {{"version", command.version.text()}, {"reason", command.reason}}, edits(command));
      });
}

base::Command add_unyank(const Services& services) {
  return command_of(
      "unyank", "take a yank back",
      "The version may be installed again, and where it is the newest, is.", {},
      version_positional(), {{"cco-release unyank 1.4.0", "it was not broken after all"}},
      [&services](const base::Arguments& arguments) {
        const Unyank command{version_of(arguments)};
        return run_pointer_command(services, arguments, "unyank",
                                   {{"version", command.version.text()}}, edits(command));
      });
}

base::Command add_rollback(const Services& services) {
  return command_of(
      "rollback", "withdraw what is above a version, so that users of a channel return to it",
      "Every newer version of the channel is withdrawn, as yank does, so that each agent that has "
      "one of them returns, and new installations get the version.",
      {needed("--to", "VERSION", "the good version"),
       needed("--reason", "TEXT", "why, as users read it; default: rolled back to VERSION")},
      channel_positional(),
      {{"cco-release rollback stable --to 1.3.2", "1.4.0 and 1.4.1 were bad"}},
      [&services](const base::Arguments& arguments) {
        const std::string channel = arguments.positional(0).value();
        const Rollback command{channel_of_text(channel),
                               Version::parse(required_value(arguments, "--to", "1.3.2")),
                               arguments.value("--reason").value_or("")};
        if (arguments.has("--reason") && base::trim(command.reason).empty()) {
          throw Error(Errc::usage, "the reason is empty; say it in a few words");
        }
        return run_pointer_command(services, arguments, "rollback",
                                   {{"channel", channel}, {"to", command.to.text()}},
                                   edits(command));
      });
}

base::Command add_deprecate(const Services& services) {
  return command_of(
      "deprecate", "say something to the users of a version",
      "Their agents show it with every check, until they leave the version.",
      {needed("--message", "TEXT", "what they read"),
       needed("--clear", "", "take the message back")},
      version_positional(),
      {{"cco-release deprecate 1.1.0 --message 'Please upgrade to 1.4 or later'", "asks first"},
       {"cco-release deprecate 1.1.0 --clear", "takes it back"}},
      [&services](const base::Arguments& arguments) {
        if (arguments.has("--clear") == arguments.has("--message")) {
          throw Error(Errc::usage, "give --message TEXT, or --clear");
        }
        Deprecate command{version_of(arguments), arguments.value("--message"), false};
        return run_pointer_command(
            services, arguments, "deprecate", {{"version", command.version.text()}},
            [&](const Run& run) -> EditPublic {
              return [&](const PublicManifests& before, base::Time now) {
                // One that is too old to be listed has its sums there all the same.
                command.was_public =
                    run.destinations.front()
                        ->read(cat("checksums/v", command.version.text(), ".sha256"),
                               kMaxChecksumsBytes)
                        .has_value();
                return edit(before, command, now);
              };
            });
      });
}

base::Command add_rollout(const Services& services) {
  return command_of(
      "rollout", "offer a version to a share of the machines, which then only grows",
      "Each machine has a fixed place, so that who takes part at 10 % does at 25 %. It holds back "
      "unattended updates only: a person who says update gets the version. Each call is a step; "
      "--percent 100 is the last one.",
      {needed("--percent", "N", "0 to 100, at most two decimals")}, version_positional(),
      {{"cco-release rollout 1.5.0 --percent 10", "right after it was published"},
       {"cco-release rollout 1.5.0 --percent 100", "for everybody"}},
      [&services](const base::Arguments& arguments) {
        const std::string text = required_value(arguments, "--percent", "10");
        const auto basis_points = parse_percent(text);
        if (!basis_points) {
          throw Error(Errc::usage, cat("--percent ", base::safe_text(text, 40),
                                       " is no share; give 0 to 100 with at most two decimals"));
        }
        const Rollout command{version_of(arguments), *basis_points};
        return run_pointer_command(
            services, arguments, "rollout",
            {{"version", command.version.text()}, {"percent", percent_text(*basis_points)}},
            edits(command));
      });
}

base::Command add_floor(const Services& services) {
  return command_of(
      "floor", "set the security floor: nothing below is installed any more, by anybody",
      "Agents leave what is below with the next update and refuse to go there again, whoever asks. "
      "It is for all channels, and it never goes down.",
      {}, version_positional(), {{"cco-release floor 1.3.2", "all before it can be taken over"}},
      [&services](const base::Arguments& arguments) {
        const Floor command{version_of(arguments)};
        return run_pointer_command(services, arguments, "floor",
                                   {{"version", command.version.text()}}, edits(command));
      });
}

base::Command add_halt(const Services& services) {
  return command_of(
      "halt", "stop unattended updates of a channel",
      "A person who says update --version still gets what is there. Machines leave a version that "
      "is withdrawn all the same.",
      {needed("--reason", "TEXT", "why, as users read it")}, channel_positional(),
      {{"cco-release halt stable --reason 'crashes on start are looked at'", "asks first"}},
      [&services](const base::Arguments& arguments) {
        const std::string channel = arguments.positional(0).value();
        const Halt command{channel_of_text(channel),
                           required_value(arguments, "--reason", "'crashes are looked at'")};
        return run_pointer_command(services, arguments, "halt",
                                   {{"channel", channel}, {"reason", command.reason}},
                                   edits(command));
      });
}

base::Command add_resume(const Services& services) {
  return command_of("resume", "let unattended updates of a channel go on after a halt",
                    "Machines that update by themselves get what is there, as far as its rollout "
                    "reaches.",
                    {}, channel_positional(), {{"cco-release resume stable", "ends a halt"}},
                    [&services](const base::Arguments& arguments) {
                      const std::string channel = arguments.positional(0).value();
                      const Resume command{channel_of_text(channel)};
                      return run_pointer_command(services, arguments, "resume",
                                                 {{"channel", channel}}, edits(command));
                    });
}

}  // namespace releaser
