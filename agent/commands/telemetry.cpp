#include "agent/telemetry.hpp"

#include "agent/commands/commands.hpp"
#include "agent/config_file.hpp"
#include "agent/policy.hpp"
#include "agent/settings.hpp"
#include "agent/state_file.hpp"
#include "base/text.hpp"

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::string_view kEnabled = "telemetry.enabled";

std::string what_happens(const Services& services, const LoadedConfig& loaded) {
  const Config& config = loaded.config;
  if (!config.telemetry_enabled) {
    return cat("telemetry is off (", origin_name(loaded.origins.at(std::string(kEnabled))),
               "): nothing is sent");
  }
  if (!config.telemetry_endpoint) {
    return "telemetry.endpoint is not set: nothing is sent";
  }
  const auto last = last_telemetry(services);
  return cat("telemetry is on: this is sent to ", config.telemetry_endpoint->text(),
             " after a look in the background, once a day at most; the last time: ",
             last ? base::format_time(*last) : std::string("never"));
}

int run_telemetry_show(const Services& services) {
  const LoadedConfig loaded = load_config(services);
  for (const std::string& warning : loaded.warnings) {
    services.messages.warn(warning);
  }
  services.out << next_telemetry_payload(services);
  services.messages.say(what_happens(services, loaded));
  return exit_status(Errc::done);
}

int run_switch(const Services& services, bool on) {
  const LoadedConfig loaded = load_config(services);
  require_free_choice(loaded, kEnabled, on ? "telemetry on" : "telemetry off");
  if (on && !loaded.config.telemetry_endpoint) {
    throw Error(Errc::config,
                cat("there is nobody to tell; name one first: `", services.layout.program,
                    " config set telemetry.endpoint https://…`"));
  }
  set_config_key(services, kEnabled, on ? "true" : "false");
  services.messages.say(what_happens(services, load_config(services)));
  return exit_status(Errc::done);
}

int run_purge(const Services& services) {
  remove_state(services.layout, kTelemetryFile);
  services.messages.say("nothing of telemetry is kept here any more");
  return exit_status(Errc::done);
}

base::Command telemetry_command(std::string_view name, std::string summary, std::string description,
                                std::string what_it_does) {
  base::Command command;
  command.name = cat("telemetry ", name);
  command.summary = std::move(summary);
  command.description = std::move(description);
  command.examples = {{command.name, std::move(what_it_does)}};
  return command;
}

}  // namespace

std::vector<base::Command> telemetry_commands(const ServicesOf& services_of) {
  base::Command show = telemetry_command(
      "show", "print what would be sent next, to the byte",
      "The whole of it: nothing else is ever sent, and without telemetry.enabled and "
      "telemetry.endpoint not even that. Whether and where to stands on standard error.",
      "look before you turn it on");
  show.run = [services_of](const base::Arguments& arguments) {
    return run_telemetry_show(services_of(arguments));
  };
  base::Command on = telemetry_command("on", "let the maintainer know how updates go",
                                       "Sets telemetry.enabled; telemetry.endpoint has to be set. "
                                       "It is sent after a look in the background, once a day at "
                                       "most, and never delays an update.",
                                       "after `config set telemetry.endpoint https://…`");
  on.run = [services_of](const base::Arguments& arguments) {
    return run_switch(services_of(arguments), true);
  };
  base::Command off =
      telemetry_command("off", "send nothing", "As it is by default.", "from now on");
  off.run = [services_of](const base::Arguments& arguments) {
    return run_switch(services_of(arguments), false);
  };
  base::Command purge = telemetry_command(
      "purge", "remove what is kept here to be sent",
      "The outcome of the last update, and when something was sent last. What was sent has no "
      "name by which it could be found.",
      "after `telemetry off`");
  purge.run = [services_of](const base::Arguments& arguments) {
    return run_purge(services_of(arguments));
  };
  return {std::move(show), std::move(on), std::move(off), std::move(purge)};
}

}  // namespace agent
