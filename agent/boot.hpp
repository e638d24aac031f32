#pragma once

#include <chrono>
#include <string>

namespace agent {

// Differs after each start of the system; empty where the system does not tell.
std::string boot_id();
// Since the system's start, sleep included; never goes back.
std::chrono::milliseconds since_boot();

}  // namespace agent
