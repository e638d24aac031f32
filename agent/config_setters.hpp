#pragma once

#include "agent/config.hpp"
#include "base/toml.hpp"

namespace agent {

// Check one value of config.toml or policy.toml and put it where it belongs. Each throws
// Errc::config "must be …". Private to the table of keys.
using Setter = void(Config& config, const base::toml::Value& value);
Setter set_interval, set_channel, set_pin, set_skipped, set_kept, set_mirrors, set_base_url,
    set_window, set_ca_file, set_proxy, set_mirror_token, set_endpoint, set_port, set_log_level;
void set_boolean(bool& field, const base::toml::Value& value);

}  // namespace agent
