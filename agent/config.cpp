#include "agent/config.hpp"

#include "agent/config_table.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace agent {
namespace {

using base::cat;
using base::Error;

// Whose default is not the careful one.
bool holds_updates_back(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames{"updates.channel", "updates.pin_version",
                                                   "updates.skip_versions", "updates.window"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

void read_table(const base::toml::Table& table, std::string_view prefix, std::string_view file_name,
                LoadedConfig& loaded) {
  for (const base::toml::Member& member : table) {
    const std::string name = cat(prefix, member.name);
    const auto* inner = member.value.get_if<base::toml::Table>();
    if (inner != nullptr && prefix.empty() && is_config_section(member.name)) {
      read_table(*inner, cat(member.name, "."), file_name, loaded);
      continue;
    }
    const std::string place = cat(file_name, ":", member.position.line, ": ");
    const ConfigRow* row = find_config_row(name);
    if (prefix.empty() && is_config_section(member.name)) {
      loaded.warnings.push_back(
          cat(place, member.name, " must be a table, [", member.name, "]; it is ignored"));
      continue;
    }
    if (row == nullptr) {
      loaded.warnings.push_back(cat(place, unknown_config_key(name), "; it is ignored"));
      continue;
    }
    try {
      take_config_value(*row, member.value, Origin::file, loaded);
    } catch (const Error& error) {
      const std::string problem = cat(place, name, " ", error.what());
      loaded.warnings.push_back(problem + "; the default is used");
      if (holds_updates_back(name)) loaded.wrong_holds.push_back(problem);
    }
  }
}

}  // namespace

std::string_view check_interval_name(CheckInterval interval) {
  switch (interval) {
    case CheckInterval::hourly:
      return "hourly";
    case CheckInterval::daily:
      return "daily";
    case CheckInterval::weekly:
      return "weekly";
    case CheckInterval::never:
      return "never";
  }
  return "";
}

std::optional<std::chrono::seconds> check_interval_length(CheckInterval interval) {
  switch (interval) {
    case CheckInterval::hourly:
      return std::chrono::hours(1);
    case CheckInterval::daily:
      return std::chrono::hours(24);
    case CheckInterval::weekly:
      return std::chrono::hours(24 * 7);
    case CheckInterval::never:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string_view log_level_name(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return "error";
    case LogLevel::warning:
      return "warning";
    case LogLevel::info:
      return "info";
    case LogLevel::debug:
      return "debug";
  }
  return "";
}

std::string_view origin_name(Origin origin) {
  switch (origin) {
    case Origin::built_in:
      return "default";
    case Origin::identity:
      return "identity";
    case Origin::receipt:
      return "installation";
    case Origin::file:
      return "config.toml";
    case Origin::environment:
      return "environment";
    case Origin::policy:
      return "policy";
  }
  return "";
}

void take_config_value(const ConfigRow& row, const base::toml::Value& value, Origin origin,
                       LoadedConfig& loaded) {
  Config changed = loaded.config;
  row.apply(changed, value);
  loaded.config = std::move(changed);
  const std::string name(row.key.name);
  loaded.values[name] = config_value_text(value);
  loaded.origins[name] = origin;
}

LoadedConfig read_config(std::string_view text, std::string_view file_name,
                         const ConfigDefaults& defaults) {
  LoadedConfig loaded;
  for (const ConfigKey& key : config_keys()) {
    if (!key.default_value.empty()) loaded.values.emplace(key.name, key.default_value);
    loaded.origins.emplace(key.name, Origin::built_in);
  }
  loaded.config.channel = defaults.channel;
  loaded.values["updates.channel"] = cat("\"", schema::channel_name(defaults.channel), "\"");
  loaded.origins["updates.channel"] = defaults.channel_origin;
  read_table(base::toml::parse(text, file_name), "", file_name, loaded);
  return loaded;
}

void override_config(LoadedConfig& loaded, std::string_view key, std::string_view input,
                     Origin origin) {
  require_config_key(key);
  const ConfigRow& row = *find_config_row(key);
  const auto parsed =
      base::toml::parse(cat("value = ", config_value_of_input(row.key, input)), "value");
  take_config_value(row, parsed.front().value, origin, loaded);
}

std::string default_config_text(std::string_view program) {
  std::string text =
      cat("# Configuration of ", program, ". Every key is shown with its default; `", program,
          " config set KEY VALUE`\n# changes one and keeps these comments. `", program,
          " config show` tells what holds now.\n");
  std::string_view section;
  for (const ConfigKey& key : config_keys()) {
    const std::string_view name = key.name;
    const std::string_view row_section = name.substr(0, name.find('.'));
    if (row_section != section) {
      section = row_section;
      text += cat("\n[", section, "]\n");
    } else {
      text += '\n';
    }
    text +=
        cat("# ", key.help, "\n# Takes ", key.values, ".\n# ", name.substr(name.find('.') + 1),
            " = ", key.default_value.empty() ? std::string_view("\"\"") : key.default_value, "\n");
  }
  return text;
}

}  // namespace agent
