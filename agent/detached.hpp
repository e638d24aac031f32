#pragma once

#include "base/file.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace agent {

// Starts `executable` with these arguments in a session of its own, without streams, and does not
// wait for it. The system ends it after `limit`, whatever it does. Where it cannot be started,
// nothing happens: nobody waits for its result.
void start_detached(const base::Path& executable, const std::vector<std::string>& arguments,
                    std::chrono::seconds limit);

}  // namespace agent
