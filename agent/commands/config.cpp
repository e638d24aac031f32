#include "agent/commands/commands.hpp"
#include "agent/config_file.hpp"
#include "agent/settings.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;

base::Positional key_positional() {
  // No choices: an unknown key gets an answer of its own, with the section that it belongs to.
  return {.name = "KEY", .help = "which key, such as updates.channel; `config show` lists them"};
}

// What `config show` and `get` print of a text: as a person would type it.
std::string plain(const std::string& toml_text) {
  const auto is_quoted = toml_text.size() >= 2 && toml_text.front() == '"';
  if (!is_quoted) return toml_text;
  const auto value = base::json::parse(toml_text, {.max_bytes = kMaxConfigBytes}, Errc::config);
  return *value.get_if<std::string>();
}

// What is shown without being asked for by name: a proxy's password is not. "http://u:p@h" ->
// "http://…@h"
std::string shown_value(std::string_view key, const std::string& toml_text) {
  const std::size_t end = toml_text.rfind('@');
  const std::size_t begin = toml_text.find("://");
  if (key != "network.proxy" || end == std::string::npos || begin == std::string::npos) {
    return toml_text;
  }
  return cat(toml_text.substr(0, begin + 3), "…", toml_text.substr(end));
}

int run_get(const Services& services, const std::string& key) {
  require_config_key(key);
  const LoadedConfig loaded = load_config(services);
  for (const std::string& warning : loaded.warnings)
    services.messages.warn(warning);
  const auto value = loaded.values.find(key);
  const bool is_set = value != loaded.values.end();
  if (services.json) {
    services.out << base::json::write(
        base::json::Object{
            {"schema", 1},
            {"key", key},
            {"value", is_set ? base::json::Value(plain(value->second)) : base::json::Value()},
            {"origin", origin_name(loaded.origins.find(key)->second)}},
        base::json::Style::pretty);
  } else if (is_set) {
    services.out << plain(value->second) << '\n';
  }
  return exit_status(is_set ? Errc::done : Errc::not_found);
}

// After a change: `…/config.toml: updates.channel is set; it is "beta" now (config.toml)`.
void say_what_holds(const Services& services, const std::string& key, std::string_view change) {
  const LoadedConfig loaded = load_config(services);
  const auto value = loaded.values.find(key);
  services.messages.say(
      cat(config_path(services).string(), ": ", key, " ", change, "; it is ",
          value != loaded.values.end() ? shown_value(key, value->second) : std::string("unset"),
          " now (", origin_name(loaded.origins.find(key)->second), ")"));
}

int run_config_show(const Services& services) {
  const LoadedConfig loaded = load_config(services);
  for (const std::string& warning : loaded.warnings)
    services.messages.warn(warning);
  const base::Path path = config_path(services);
  base::json::Array keys;
  std::string text = cat("# ", path.string(), "\n");
  std::size_t width = 0;
  for (const ConfigKey& key : config_keys())
    width = std::max(width, key.name.size());
  for (const ConfigKey& key : config_keys()) {
    const auto value = loaded.values.find(key.name);
    const bool is_set = value != loaded.values.end();
    const std::string_view origin = origin_name(loaded.origins.find(key.name)->second);
    keys.emplace_back(base::json::Object{
        {"key", key.name},
        {"value", is_set ? base::json::Value(plain(shown_value(key.name, value->second)))
                         : base::json::Value()},
        {"origin", origin}});
    text += cat(key.name, std::string(width - key.name.size(), ' '), " = ",
                is_set ? shown_value(key.name, value->second) : std::string("(unset)"), "  # ",
                origin, "\n");
  }
  if (services.json) {
    services.out << base::json::write(
        base::json::Object{{"schema", 1}, {"file", path.string()}, {"keys", std::move(keys)}},
        base::json::Style::pretty);
  } else {
    services.out << text;
  }
  return 0;
}

}  // namespace

base::Command config_get_command(const ServicesOf& services_of) {
  return {.name = "config get",
          .summary = "print the value of one key",
          .description =
              "Prints what holds now, wherever it comes from. Ends with status 9 where "
              "the key has no value.",
          .positionals = {key_positional()},
          .examples = {{"config get updates.channel", "the channel that updates come from"}},
          .run = [services_of](const base::Arguments& arguments) {
            return run_get(services_of(arguments), *arguments.positional(0));
          }};
}

base::Command config_set_command(const ServicesOf& services_of) {
  return {.name = "config set",
          .summary = "set one key of config.toml",
          .description =
              "Changes one key and leaves every other line and comment as it is. A list "
              "is written with commas.",
          .positionals = {key_positional(), {.name = "VALUE", .help = "its new value"}},
          .examples = {{"config set updates.pin_version 2026.8", "stay within 2026.8"},
                       {"config set updates.skip_versions 2026.8.3,2026.8.4",
                        "never take these two by themselves"}},
          .run = [services_of](const base::Arguments& arguments) {
            const Services& services = services_of(arguments);
            const std::string key = *arguments.positional(0);
            set_config_key(services, key, *arguments.positional(1));
            say_what_holds(services, key, "is set");
            return 0;
          }};
}

base::Command config_unset_command(const ServicesOf& services_of) {
  return {.name = "config unset",
          .summary = "take one key out of config.toml",
          .description = "The default holds again. Other lines and comments stay.",
          .positionals = {key_positional()},
          .examples = {{"config unset updates.pin_version", "no pin any more"}},
          .run = [services_of](const base::Arguments& arguments) {
            const Services& services = services_of(arguments);
            const std::string key = *arguments.positional(0);
            unset_config_key(services, key);
            say_what_holds(services, key, "is taken out");
            return 0;
          }};
}

base::Command config_show_command(const ServicesOf& services_of) {
  return {
      .name = "config show",
      .summary = "print every key, its value, and where that comes from",
      .description =
          "Origins are: default, identity (built into this program), installation "
          "(what it was installed with), config.toml, environment, policy (of this machine's "
          "owner).",
      .examples = {{"config show", "all keys"}, {"config show --json", "the same for programs"}},
      .run = [services_of](const base::Arguments& arguments) {
        return run_config_show(services_of(arguments));
      }};
}

}  // namespace agent
