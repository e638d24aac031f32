#pragma once

#include "agent/commands.hpp"
#include "base/command_table.hpp"

#include <vector>

namespace agent {

// One line of the command table each; commands.hpp puts them together.
base::Command audit_command(const ServicesOf& services_of);
base::Command update_command(const ServicesOf& services_of);
base::Command list_command(const ServicesOf& services_of);
base::Command doctor_command(const ServicesOf& services_of);
base::Command status_command(const ServicesOf& services_of);
base::Command notice_command(const ServicesOf& services_of);
base::Command config_get_command(const ServicesOf& services_of);
base::Command config_set_command(const ServicesOf& services_of);
base::Command config_unset_command(const ServicesOf& services_of);
base::Command config_show_command(const ServicesOf& services_of);
base::Command init_command(const ServicesOf& services_of);
// telemetry show, on, off, purge.
std::vector<base::Command> telemetry_commands(const ServicesOf& services_of);

}  // namespace agent
