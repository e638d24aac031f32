#include "agent/commands/changing.hpp"

#include "agent/commands/commands.hpp"

namespace agent {

std::vector<base::Command> changing_commands(const ServicesOf& services_of) {
  return {update_command(services_of), rollback_command(services_of), repair_command(services_of),
          install_command(services_of), uninstall_command(services_of)};
}

}  // namespace agent
