#pragma once

#include "releaser/services.hpp"

#include <vector>

namespace releaser {

// --key, --password-file and --password-fd.
std::vector<base::Option> holder_key_options();

// Are there keys that open_holder_keys() would unlock?
bool has_holder_keys(const Services& services, const base::Arguments& arguments);

// Unlocks every key that is given: those of --key, in their order, and that of CCO_RELEASE_KEY. One
// password is for all that have one; on a terminal each is asked for. Throws Errc::config for a key
// file that is none, that others can read, or whose password is missing or wrong.
std::vector<trust::SecretKey> open_holder_keys(const Services& services,
                                               const base::Arguments& arguments,
                                               const base::Messages& messages,
                                               const std::vector<base::Path>& more_files = {});

}  // namespace releaser
