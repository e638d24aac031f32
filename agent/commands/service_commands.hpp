#pragma once

#include "agent/commands.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace agent {

base::Command run_command(const ServicesOf& services_of);
base::Command logs_command(const ServicesOf& services_of);
base::Command shutdown_command(const ServicesOf& services_of);
base::Command service_install_command(const ServicesOf& services_of);
base::Command service_uninstall_command(const ServicesOf& services_of);
base::Command service_start_command(const ServicesOf& services_of);
base::Command service_stop_command(const ServicesOf& services_of);
base::Command service_status_command(const ServicesOf& services_of);
// Hidden: how one version of a service starts another, and lets an interrupted update be settled.
base::Command run_with_socket_command(const ServicesOf& services_of);
base::Command recover_command(const ServicesOf& services_of);

// The value of --port, or of what `where` names. Throws Errc::usage for what is no port.
std::uint16_t parse_port(std::string_view text, std::string_view where);
std::optional<std::uint16_t> port_option(const base::Arguments& arguments);

}  // namespace agent
