#pragma once

#include "releaser/config/config_check.hpp"

namespace releaser {

// The rules of [[destination]] of type "github" or "gitea"; fills what follows from `repository`
// and `api_url`.
void check_forge(DestinationSettings& destination, ConfigProblems& problems);

}  // namespace releaser
