#pragma once

#include "agent/services.hpp"

#include <vector>

namespace base {
struct Command;
}

namespace agent {

// Of this build, by the Meson option self_update: one of two sources defines it, and main hands it
// on.
extern const SelfUpdate kSelfUpdate;

// Says in the help of every command that such a build refuses or leaves out that it does.
void say_left_to_distribution(std::vector<base::Command>& commands);

}  // namespace agent
