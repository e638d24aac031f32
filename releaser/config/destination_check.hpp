#pragma once

#include "releaser/config/config_check.hpp"

namespace releaser {

// The rules of all [[destination]]: fills what follows from their types, and puts the one whose
// public state the others follow first.
void check_destinations(Config& config, ConfigProblems& problems);

}  // namespace releaser
