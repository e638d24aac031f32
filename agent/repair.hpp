#pragma once

#include "agent/services.hpp"

#include <string>
#include <vector>

namespace agent {

// Making the best of what something else broke: a power loss, a backup, a person. Only under the
// lock (WriteAccess).

// Renames each state file that cannot be understood to "<name>.bad", with a warning. Was the
// journal among them?
bool set_damaged_state_aside(const Services& services);

// Where `current` leads to nothing whole, it goes to the best version that is: the one of the
// receipt, the previous one, the newest; one that failed on this machine or lies below the security
// floor only where there is no other. What was done, for people; empty where nothing was.
std::string repair_current(const Services& services);

// All of an installation but what only the site has: links of PATH and of every version that is not
// whole, the receipt, recover.sh. What was done, a text each; nothing of `current`
// (repair_current).
std::vector<std::string> repair_rest(const Services& services);

// A receipt that is lost is made anew, and one that names another version than `current` (moved by
// recover.sh or a person) follows it.
void repair_receipt(const Services& services);

}  // namespace agent
