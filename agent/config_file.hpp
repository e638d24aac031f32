#pragma once

#include "agent/services.hpp"

#include <string_view>

namespace agent {

// Changes one key of the user's config.toml: reads, edits, reads again, replaces the file by one
// rename with the mode that it had. Makes the file and its folder where there is none. A link is
// followed, so that it stays one. Nothing is written where nothing changes.
void set_config_key(const Services& services, std::string_view key, std::string_view value);
void unset_config_key(const Services& services, std::string_view key);

// Writes the commented default file where there is none. Did it?
bool write_default_config(const Services& services);

}  // namespace agent
