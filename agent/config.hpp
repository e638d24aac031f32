#pragma once

#include "base/file.hpp"
#include "base/url.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/version.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

enum class CheckInterval { hourly, daily, weekly, never };
std::string_view check_interval_name(CheckInterval interval);
// Nothing for never.
std::optional<std::chrono::seconds> check_interval_length(CheckInterval interval);

// When unattended updates may happen, in local time: "02:00-05:00", "Sat,Sun 22:00-06:00". A span
// over midnight belongs to the day on which it begins.
class Window {
 public:
  // Throws Errc::config that says what is wrong.
  static Window parse(std::string_view text);
  // minute_of_week: local time, 0 is Monday 00:00.
  [[nodiscard]] bool contains(int minute_of_week) const;
  [[nodiscard]] const std::string& text() const { return m_text; }

 private:
  std::string m_text;
  unsigned m_days = 0;  // bit 0: Monday
  int m_from = 0, m_to = 0;
};

// The token of a mirror that asks for one. Only `host` sees it, by https://.
struct MirrorToken {
  std::string host;  // as Url::host() gives it, in lower case
  base::Path file;   // its one line is the token
  bool operator==(const MirrorToken&) const = default;
};

// How much the service writes to its log; each level has what stands before it too.
enum class LogLevel { error, warning, info, debug };
std::string_view log_level_name(LogLevel level);

// What policy.toml refuses, whoever orders it; the rest of it is in the keys (agent/policy.hpp).
struct Policy {
  base::Path file;  // empty: there is none
  std::optional<std::vector<schema::Channel>> allowed_channels;
  std::optional<std::string> pin_version;
  std::vector<schema::Version> skip_versions;
  bool allow_expired = true;
};

// What the user and the policy set; a default for all else.
struct Config {
  bool enabled = true;
  bool auto_install = false;
  CheckInterval check_interval = CheckInterval::daily;
  schema::Channel channel = schema::Channel::stable;
  std::optional<std::string> pin_version;  // "2026.8" or a whole version
  std::vector<schema::Version> skip_versions;
  unsigned keep_versions = 2;
  bool notify_on_update = true;
  std::vector<base::Url> mirrors;
  std::optional<MirrorToken> mirror_token;
  std::optional<base::Url> base_url;
  std::optional<Window> window;
  std::optional<base::Path> ca_file;
  std::string proxy;
  bool telemetry_enabled = false;
  std::optional<base::Url> telemetry_endpoint;  // none: nothing is sent
  std::uint16_t service_port = 8737;            // of 127.0.0.1
  LogLevel log_level = LogLevel::info;
  Policy policy;
};

// One key of config.toml. The one table of them serves the reader, `config`, the commented default
// file, completion and docs/agent.md.
enum class KeyKind { boolean, whole_number, text, text_list };
struct ConfigKey {
  std::string_view name;  // "updates.channel"
  KeyKind kind;
  std::string_view default_value;  // as TOML: "\"stable\""; empty: unset
  std::string_view values;         // what it takes, for people: "hourly, daily, weekly or never"
  std::string_view help;           // one sentence
};
std::span<const ConfigKey> config_keys();
const ConfigKey* find_config_key(std::string_view name);
// Throws Errc::config for an unknown key, with the nearest right name.
void require_config_key(std::string_view name);

// Where a value comes from, for `config show`.
enum class Origin { built_in, identity, receipt, file, environment, policy };
std::string_view origin_name(Origin origin);

struct LoadedConfig {
  Config config;
  std::map<std::string, std::string, std::less<>> values;  // by key, as TOML; unset: absent
  std::map<std::string, Origin, std::less<>> origins;      // by key
  std::vector<std::string> warnings;                       // of keys that are unknown or wrong
  std::optional<std::string> policy_problem;  // why there is one, and nothing may be updated
  std::vector<std::string> wrong_holds;       // those of the warnings whose key holds updates back
};

// What stands below the file, strongest last: built in, the identity's channel, the receipt's.
struct ConfigDefaults {
  schema::Channel channel = schema::Channel::stable;
  Origin channel_origin = Origin::built_in;
};

// Reads config.toml. A text that is no TOML throws Errc::config with its line; an unknown key or a
// wrong value is a warning, and the default holds.
LoadedConfig read_config(std::string_view text, std::string_view file_name,
                         const ConfigDefaults& defaults);

// One key from elsewhere over what was loaded; `input` is what a person types. Throws Errc::config
// "must be …".
void override_config(LoadedConfig& loaded, std::string_view key, std::string_view input,
                     Origin origin);

// config.toml with one key set or taken out; every other line, comment and their order stay as they
// are. `value` is what a person types: `weekly`, `true`, `2026.8.3,2026.8.4`. Throws Errc::config
// for an unknown key (with the nearest right name), a wrong value (with what is right), or a file
// that cannot be edited safely.
std::string set_in_config(std::string_view text, std::string_view file_name, std::string_view key,
                          std::string_view value);
std::string unset_in_config(std::string_view text, std::string_view file_name,
                            std::string_view key);

// The file that `init` writes: every key with its help and its default, all commented out.
std::string default_config_text(std::string_view program);

inline constexpr std::size_t kMaxConfigBytes = std::size_t{256} * 1024;

}  // namespace agent
