#include "agent/commands/service_commands.hpp"
#include "agent/install.hpp"
#include "agent/managed.hpp"
#include "agent/service/daemon.hpp"
#include "agent/settings.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <utility>

namespace agent {
namespace {

int run_service(const Services& services, base::FileDescriptor listener,
                std::optional<std::string> nonce) {
  return Daemon(services, {.listener = std::move(listener), .nonce = std::move(nonce)}).run();
}

}  // namespace

base::Command run_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "run";
  command.summary = "run as a service that looks for updates by itself";
  command.description =
      "Looks at the interval of the configuration and, where updates.auto_install says so, "
      "installs what it finds as `update --unattended` does. Answers /health and /ready on "
      "127.0.0.1. SIGTERM ends it, SIGHUP reads the configuration anew. It stays in the "
      "foreground, for whatever starts services on this system.";
  command.options = {{.name = "--port",
                      .short_name = "",
                      .value = "PORT",
                      .help = "listen here and not on service.port; 0: any free one",
                      .choices = {}}};
  command.examples = {{"run", "in the foreground, until Ctrl-C"},
                      {"run --port 7311", "on this port, or not at all"}};
  command.run = [services_of](const base::Arguments& arguments) {
    const Services& services = services_of(arguments);
    require_unmanaged(services);
    const auto given = port_option(arguments);
    const std::uint16_t port = given ? *given : load_config(services).config.service_port;
    return run_service(services, listen_on_loopback(port), std::nullopt);
  };
  return command;
}

base::Command run_with_socket_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "__run";
  command.summary = "take over from the service that starts this, with its socket";
  command.positionals = {
      {.name = "NONCE", .help = "by which a judge knows it", .required = false, .choices = {}}};
  command.hidden = true;
  command.run = [services_of](const base::Arguments& arguments) {
    const Services& services = services_of(arguments);
    require_self_update(services);
    return run_service(services, adopt_descriptor(kPassedSocket), arguments.positional(0));
  };
  return command;
}

base::Command recover_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "__recover";
  command.summary = "settle what an interrupted update left, and nothing else";
  command.hidden = true;
  command.run = [services_of](const base::Arguments& arguments) {
    const WriteAccess access(services_of(arguments), WriteAccess::WhenLocked::give_up);
    return base::exit_status(base::Errc::done);
  };
  return command;
}

}  // namespace agent
