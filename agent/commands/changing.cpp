#include "agent/commands/changing.hpp"

namespace agent {

std::vector<base::Command> changing_commands(const ServicesOf& services_of) {
  return {install_command(services_of), rollback_command(services_of), repair_command(services_of),
          uninstall_command(services_of)};
}

}  // namespace agent
