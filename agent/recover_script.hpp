#pragma once

#include "agent/layout.hpp"

#include <string>

namespace agent {

// <root>/recover.sh: flips the link to another installed version with nothing but a POSIX shell,
// for the day on which no version of this program starts.
std::string recover_script_text(const Layout& layout);
// Written only where it is missing or differs.
void ensure_recover_script(const Layout& layout);

}  // namespace agent
