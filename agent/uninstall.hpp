#pragma once

#include "agent/services.hpp"

#include <string>
#include <vector>

namespace agent {

enum class Purge { no, yes };

// Takes back what `install` did: links, shell files, and the names of Layout below the root; with
// Purge::yes also config.toml. Whatever else lies there stays and is named. Gives what was done,
// for people. Throws Errc::locked like WriteAccess.
std::vector<std::string> uninstall(const Services& services, Purge purge);

}  // namespace agent
