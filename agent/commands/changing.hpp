#pragma once

#include "agent/commands.hpp"
#include "agent/install.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agent {

base::Command install_command(const ServicesOf& services_of);
base::Command rollback_command(const ServicesOf& services_of);
base::Command repair_command(const ServicesOf& services_of);
base::Command uninstall_command(const ServicesOf& services_of);

// The result of a command that changed something: JSON of schema 1 where it was asked for, else a
// line. `action` is "installed", "updated", "rolled-back", "repaired", "unchanged".
void report_change(const Services& services, const InstallOutcome& outcome, std::string_view action,
                   const std::string& line);

}  // namespace agent
