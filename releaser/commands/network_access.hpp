#pragma once

#include "releaser/config/config.hpp"
#include "releaser/destinations/network.hpp"
#include "releaser/services.hpp"

#include <chrono>

namespace releaser {

// Proxies and certificates of the environment, and the tokens that destinations name: taken out of
// the process environment, so that no program that is run gets them.
Network network_access(const Services& services, const Config& config,
                       std::chrono::seconds timeout);
// The environment without those tokens, for all else.
base::Environment without_tokens(const base::Environment& environment, const Config& config);

// --timeout as 90s, 30m or 2h; an hour where it is not given. Throws Errc::usage.
std::chrono::seconds timeout_of(const base::Arguments& arguments);
base::Option timeout_option();

}  // namespace releaser
