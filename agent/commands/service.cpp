#include "agent/account.hpp"
#include "agent/commands/service_commands.hpp"
#include "agent/managed.hpp"
#include "agent/service/service_files.hpp"
#include "agent/service/service_units.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

UnitScope scope_of(const base::Arguments& arguments) {
  return arguments.has("--system") ? UnitScope::system : UnitScope::user;
}

std::string_view scope_option(UnitScope scope) {
  return scope == UnitScope::system ? " --system" : "";
}

// For a machine-wide installation there is no user whose configuration it could be.
UnitFacts facts_for(const Services& services, UnitScope scope) {
  UnitFacts facts = unit_facts(services);
  if (scope == UnitScope::system) {
    facts.config_file = base::Path("/etc") / facts.program / "config.toml";
  }
  return facts;
}

json::Array as_json(const std::vector<base::Path>& paths) {
  json::Array array;
  for (const base::Path& path : paths) {
    array.emplace_back(path.native());
  }
  return array;
}

void report_files(const Services& services, std::string_view action,
                  const std::vector<base::Path>& files, std::string_view nothing) {
  if (services.json) {
    services.out << json::write(
        json::Object{{"schema", 1}, {"action", action}, {"files", as_json(files)}},
        json::Style::pretty);
    return;
  }
  for (const base::Path& file : files) {
    services.out << action << ' ' << file.native() << '\n';
  }
  if (files.empty()) {
    services.out << nothing << '\n';
  }
}

// What a target starts, a timer among it: the rest is started by that.
std::vector<std::string> started_units(std::string_view program, UnitScope scope) {
  std::vector<std::string> units;
  for (const UnitName& unit : unit_names(program, scope)) {
    if (!unit.wanted_by.empty()) {
      units.push_back(unit.name);
    }
  }
  return units;
}

void ask_for_all(const Systemd& systemd, std::string verb, const std::vector<std::string>& units) {
  std::vector<std::string> arguments{std::move(verb)};
  arguments.insert(arguments.end(), units.begin(), units.end());
  systemd.ask(arguments);
}

// Why a service does not come up stands in its own log, and in that of the system.
void start_units(const Services& services, const Systemd& systemd, const std::string& verb,
                 UnitScope scope) {
  try {
    ask_for_all(systemd, verb, started_units(services.layout.program, scope));
  } catch (const Error& error) {
    throw Error(error.code(),
                cat(error.what(), "; `", services.layout.program, " logs` and `",
                    systemd.command(cat("status ", services.layout.program)), "` say why"));
  }
}

void mention_lingering(const Services& services) {
  const std::string account = account_name();
  if (!is_lingering(account)) {
    services.messages.say(cat("it runs while you are logged in; `loginctl enable-linger ", account,
                              "` lets it begin with the machine"));
  }
}

int run_install(const Services& services, UnitScope scope) {
  require_unmanaged(services);
  if (!current_version(services.layout)) {
    throw Error(Errc::not_found, cat("nothing is installed in ", services.layout.root.native(),
                                     "; run `", services.layout.program, " install`"));
  }
  if (scope == UnitScope::system) {
    require_fit_for_system(services.layout);
  }
  const UnitFacts facts = facts_for(services, scope);
  const std::vector<base::Path> written =
      write_units(unit_directory(services, scope), make_units(facts, scope), facts);
  report_files(services, "written", written, "the units are as they should be");
  const Systemd systemd(services.environment, scope);
  if (systemd.unreachable_because()) {
    services.messages.say(cat(*systemd.unreachable_because(),
                              ": the service starts with it; until then, `",
                              systemd.command(cat("enable --now ", facts.program)),
                              "` where it runs, or `", facts.program, " run`"));
    return exit_status(Errc::done);
  }
  systemd.ask({"daemon-reload"});
  start_units(services, systemd, written.empty() ? "start" : "restart", scope);
  if (scope == UnitScope::user) {
    mention_lingering(services);
  }
  return exit_status(Errc::done);
}

int run_uninstall(const Services& services, UnitScope scope) {
  report_files(services, "removed", take_units_away(services, scope), "no unit is installed");
  return exit_status(Errc::done);
}

void require_installed_unit(const Services& services, UnitScope scope) {
  const auto units = inspect_units(unit_directory(services, scope), unit_facts(services), scope);
  if (units.front().owner != UnitOwner::this_installation) {
    throw Error(Errc::not_found, cat("no service of this installation is at ",
                                     units.front().path.native(), "; `", services.layout.program,
                                     " service install", scope_option(scope), "` makes it"));
  }
}

int run_verb(const Services& services, UnitScope scope, const std::string& verb) {
  require_installed_unit(services, scope);
  const Systemd systemd(services.environment, scope);
  if (systemd.unreachable_because()) {
    throw Error(Errc::not_found,
                cat(*systemd.unreachable_because(), ", so that nobody can ", verb, " it; `",
                    services.layout.program, verb == "start" ? " run" : " shutdown", "` does"));
  }
  if (verb == "start") {
    start_units(services, systemd, verb, scope);
  } else {
    ask_for_all(systemd, verb, started_units(services.layout.program, scope));
  }
  return exit_status(Errc::done);
}

std::string_view file_state(const UnitFile& unit) {
  if (!unit.owner) {
    return "missing";
  }
  switch (*unit.owner) {
    case UnitOwner::this_installation:
      return unit.enabled ? "installed" : "disabled";
    case UnitOwner::other_installation:
      return "of another installation";
    case UnitOwner::somebody_else:
      break;
  }
  return "somebody else's";
}

// Where systemd cannot be asked, the process file says whether one runs.
bool is_active(const Services& services, const std::string& state) {
  return state == "active" || state == "reloading" ||
         (state == "unknown" && !running_services(services.layout).empty());
}

int run_service_status(const Services& services, UnitScope scope) {
  const Systemd systemd(services.environment, scope);
  json::Array entries;
  std::optional<bool> service_runs;
  for (const UnitFile& unit :
       inspect_units(unit_directory(services, scope), unit_facts(services), scope)) {
    const bool is_ours = unit.owner == UnitOwner::this_installation;
    const std::string state = is_ours ? systemd.state_of(unit.name.name) : "unknown";
    if (!service_runs) {
      service_runs = is_ours && is_active(services, state);
    }
    if (services.json) {
      entries.emplace_back(json::Object{{"unit", unit.name.name},
                                        {"file", unit.path.native()},
                                        {"file_state", file_state(unit)},
                                        {"state", state}});
    } else {
      services.out << unit.name.name << ": " << (is_ours ? state + ", " : "") << file_state(unit)
                   << " (" << unit.path.native() << ")\n";
    }
  }
  if (systemd.unreachable_because()) {
    services.messages.say(*systemd.unreachable_because());
  }
  if (services.json) {
    services.out << json::write(
        json::Object{{"schema", 1},
                     {"scope", scope == UnitScope::system ? "system" : "user"},
                     {"runs", service_runs == true},
                     {"units", std::move(entries)}},
        json::Style::pretty);
  }
  return exit_status(service_runs == true ? Errc::done : Errc::not_found);
}

base::Command service_command(const std::string& name, const std::string& summary) {
  base::Command command;
  command.name = cat("service ", name);
  command.summary = summary;
  command.options = {{.name = "--system",
                      .short_name = "",
                      .value = "",
                      .help = "of the whole machine, as root, instead of this user's",
                      .choices = {}}};
  return command;
}

}  // namespace

base::Command service_install_command(const ServicesOf& services_of) {
  base::Command command = service_command("install", "let systemd start `run`, and start it now");
  command.description =
      "Writes a unit for systemd, of this user or of the whole machine, and starts it. Where no "
      "systemd runs, the unit is written all the same. A unit of that name that this program did "
      "not write stays, and is an error.\n\n"
      "With --system the service has a user of its own, who may write nothing but its log; updates "
      "come by a second unit with a timer, which runs as root and alone may write the "
      "installation. Both read /etc/<program>/config.toml.";
  command.examples = {{"service install", "a service of this user"},
                      {"service install --system", "of a machine-wide installation, as root"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_install(services_of(arguments), scope_of(arguments));
  };
  return command;
}

base::Command service_uninstall_command(const ServicesOf& services_of) {
  base::Command command = service_command("uninstall", "end the service and remove its units");
  command.description =
      "Removes what `service install` wrote, and nothing else. The program stays; `uninstall` "
      "removes both.";
  command.examples = {{"service uninstall", "of this user"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_uninstall(services_of(arguments), scope_of(arguments));
  };
  return command;
}

base::Command service_start_command(const ServicesOf& services_of) {
  base::Command command = service_command("start", "start the service that is installed");
  command.description = "Asks systemd; ends with 3 where the service does not come up.";
  command.examples = {{"service start", "after `service stop`"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_verb(services_of(arguments), scope_of(arguments), "start");
  };
  return command;
}

base::Command service_stop_command(const ServicesOf& services_of) {
  base::Command command = service_command("stop", "end the service until it is started again");
  command.description =
      "Asks systemd; with --system the timer of updates too. The next start of the machine, or of "
      "this user's session, starts it again.";
  command.examples = {{"service stop", "for now"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_verb(services_of(arguments), scope_of(arguments), "stop");
  };
  return command;
}

base::Command service_status_command(const ServicesOf& services_of) {
  base::Command command = service_command("status", "show the units and whether the service runs");
  command.description = "Ends with 0 where the service runs, with 9 where it does not.";
  command.examples = {{"service status", "for people"}, {"service status --json", "for programs"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_service_status(services_of(arguments), scope_of(arguments));
  };
  return command;
}

}  // namespace agent
