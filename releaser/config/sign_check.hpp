#pragma once

#include "releaser/config/config_check.hpp"

namespace releaser {

// The rules of [sign]: each key has one part, so a key that signs is none that was stolen.
void check_sign(const Config& config, ConfigProblems& problems);

// The rules of [trust]: a key counts once in a role.
void check_trust(const Config& config, ConfigProblems& problems);

}  // namespace releaser
