#include "agent/commands/commands.hpp"

namespace agent {

std::vector<base::Command> reading_commands(const ServicesOf& services_of) {
  return {update_command(services_of),       list_command(services_of),
          status_command(services_of),       doctor_command(services_of),
          audit_command(services_of),        notice_command(services_of),
          config_get_command(services_of),   config_set_command(services_of),
          config_unset_command(services_of), config_show_command(services_of),
          init_command(services_of)};
}

}  // namespace agent
