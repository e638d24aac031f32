#pragma once

#include "agent/config.hpp"
#include "base/toml.hpp"

#include <string>
#include <string_view>

namespace agent {

// A key and what it does to a configuration. Private to the files that read and edit config.toml.
struct ConfigRow {
  ConfigKey key;
  // Throws Errc::config "must be …".
  void (*apply)(Config& config, const base::toml::Value& value);
};

const ConfigRow* find_config_row(std::string_view name);
// Throws Errc::config "must be …", and then nothing is changed.
void take_config_value(const ConfigRow& row, const base::toml::Value& value, Origin origin,
                       LoadedConfig& loaded);
bool is_config_section(std::string_view name);
// "unknown key `chanel`; did you mean `updates.channel`?"
std::string unknown_config_key(std::string_view name);
// A value as TOML writes it, on one line.
std::string config_value_text(const base::toml::Value& value);
// What a person typed, as TOML. Throws Errc::config where the kind does not fit.
std::string config_value_of_input(const ConfigKey& key, std::string_view input);

}  // namespace agent
