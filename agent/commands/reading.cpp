#include "agent/commands/commands.hpp"

#include <utility>

namespace agent {

std::vector<base::Command> reading_commands(const ServicesOf& services_of) {
  std::vector<base::Command> commands{
      list_command(services_of),        status_command(services_of),
      doctor_command(services_of),      audit_command(services_of),
      notice_command(services_of),      config_get_command(services_of),
      config_set_command(services_of),  config_unset_command(services_of),
      config_show_command(services_of), init_command(services_of)};
  for (base::Command& command : telemetry_commands(services_of)) {
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace agent
