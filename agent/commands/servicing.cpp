#include "agent/commands/service_commands.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <limits>

namespace agent {

std::vector<base::Command> service_commands(const ServicesOf& services_of) {
  return {run_command(services_of),
          service_install_command(services_of),
          service_uninstall_command(services_of),
          service_start_command(services_of),
          service_stop_command(services_of),
          service_status_command(services_of),
          logs_command(services_of),
          shutdown_command(services_of),
          run_with_socket_command(services_of),
          recover_command(services_of)};
}

std::uint16_t parse_port(std::string_view text, std::string_view where) {
  const auto number = base::parse_decimal(text);
  if (!number || *number > std::numeric_limits<std::uint16_t>::max()) {
    throw base::Error(base::Errc::usage,
                      base::cat(where, " takes a number from 0 (any free port) to 65535, not ",
                                base::safe_text(text, 40)));
  }
  return static_cast<std::uint16_t>(*number);
}

std::optional<std::uint16_t> port_option(const base::Arguments& arguments) {
  const auto given = arguments.value("--port");
  return given ? std::optional(parse_port(*given, "--port")) : std::nullopt;
}

}  // namespace agent
