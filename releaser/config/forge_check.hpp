#pragma once

#include "releaser/config/config_check.hpp"

#include <string>
#include <string_view>

namespace releaser {

// The rules of [[destination]] of type "github" or "gitea"; fills what follows from `repository`
// and `api_url`.
void check_forge(DestinationSettings& destination, ConfigProblems& problems);

// The name of a variable, such as GH_TOKEN, that stands at `key`, or nothing. It reaches
// workflows as it is.
void check_token_variable(std::string_view name, std::string_view key, int line,
                          ConfigProblems& problems);

// An https:// address without slashes at its end.
void check_api_url(std::string& url, std::string_view key, int line, ConfigProblems& problems);

}  // namespace releaser
