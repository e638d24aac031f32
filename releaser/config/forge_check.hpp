#pragma once

#include "releaser/config/config_check.hpp"

#include <string>
#include <string_view>

namespace releaser {

// The rules of [[destination]] of type "github" or "gitea"; fills what follows from `repository`
// and `api_url`.
void check_forge(DestinationSettings& destination, ConfigProblems& problems);

// An https:// address without slashes at its end.
void check_api_url(std::string& url, std::string_view key, int line, ConfigProblems& problems);

}  // namespace releaser
