#pragma once

#include "releaser/destinations/destination.hpp"

#include <string>
#include <string_view>

namespace releaser {

// A secret of the environment, and the variable that it came from or would have to come from.
struct Token {
  std::string text;      // empty: there is none
  std::string variable;  // empty: no variable is asked for this host
};

// The token for a host that git speaks to. `token_env` names its variable; where it is empty,
// GH_TOKEN and then GITHUB_TOKEN count, for github.com and for the host that runs this as a job of
// its own CI (GITHUB_SERVER_URL) alone: no other host sees a token that was not meant for it.
//   origin  "https://github.com"
Token find_token(const Machine& machine, const std::string& token_env, std::string_view origin);

// What a file of `token_file` holds, without white space at both ends; its path stands for the
// variable. Throws as read_file() does.
Token token_of_file(const base::Path& file);

}  // namespace releaser
