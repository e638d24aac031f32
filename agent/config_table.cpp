#include "agent/config_table.hpp"

#include "agent/config_setters.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using base::toml::Value;

constexpr std::array<ConfigRow, 18> kRows{{
    {{"updates.enabled", KeyKind::boolean, "true", "true or false",
      "Look for updates in the background and show notices; `update` works either way."},
     [](Config& config, const Value& value) { set_boolean(config.enabled, value); }},
    {{"updates.auto_install", KeyKind::boolean, "false", "true or false",
      "Let `update --unattended` install what it finds; without it, it only reports."},
     [](Config& config, const Value& value) { set_boolean(config.auto_install, value); }},
    {{"updates.check_interval", KeyKind::text, "\"daily\"", "hourly, daily, weekly or never",
      "How often to look for updates; each wait varies by a tenth."},
     set_interval},
    {{"updates.channel", KeyKind::text, "\"stable\"", "stable, beta or nightly",
      "Which releases to see: beta sees stable and beta, nightly sees all."},
     set_channel},
    {{"updates.pin_version", KeyKind::text, "", "a version or the beginning of one",
      "Stay within these versions: \"2026.8\" takes 2026.8.3, but neither 2026.9.0 nor 2026.80.0."},
     set_pin},
    {{"updates.skip_versions", KeyKind::text_list, "[]", "a list of versions",
      "Versions that are never taken by themselves."},
     set_skipped},
    {{"updates.keep_versions", KeyKind::whole_number, "2", "a number from 2 to 20",
      "How many versions stay on the disk, the current one included."},
     set_kept},
    {{"updates.notify_on_update", KeyKind::boolean, "true", "true or false",
      "Show a notice on the terminal when an update is known."},
     [](Config& config, const Value& value) { set_boolean(config.notify_on_update, value); }},
    {{"updates.mirrors", KeyKind::text_list, "[]", "a list of URLs",
      "Further places that serve the same site: archives come from there first, and manifests "
      "where the site fails."},
     set_mirrors},
    {{"updates.mirror_token_file", KeyKind::text, "", "HOST=FILE, with an absolute path",
      "A file whose one line is the token that this host, and no other, is shown."},
     set_mirror_token},
    {{"updates.base_url", KeyKind::text, "", "a URL, https:// or file://",
      "Where the site is, instead of the place that is built in."},
     set_base_url},
    {{"updates.window", KeyKind::text, "", "such as 02:00-05:00 or Sat,Sun 22:00-06:00",
      "When unattended updates may happen, in local time."},
     set_window},
    {{"network.ca_file", KeyKind::text, "", "an absolute path",
      "Certificates (PEM) to trust for TLS instead of the system's."},
     set_ca_file},
    {{"network.proxy", KeyKind::text, "", "such as http://proxy.example.com:3128",
      "The proxy to use; without it, HTTPS_PROXY of the environment."},
     set_proxy},
    {{"telemetry.enabled", KeyKind::boolean, "false", "true or false",
      "Tell telemetry.endpoint how updates go; `telemetry show` prints all that is sent."},
     [](Config& config, const Value& value) { set_boolean(config.telemetry_enabled, value); }},
    {{"telemetry.endpoint", KeyKind::text, "", "a URL, https://",
      "Where to, once a day at most; without it nothing is sent."},
     set_endpoint},
    {{"service.port", KeyKind::whole_number, "8737", "a number from 1024 to 65535",
      "Where the service answers /health and /ready, on 127.0.0.1 alone."},
     set_port},
    {{"service.log_level", KeyKind::text, "\"info\"", "error, warning, info or debug",
      "How much the service writes to its log."},
     set_log_level},
}};

constexpr std::array<std::string_view, 4> kSections{"updates", "network", "telemetry", "service"};

// Words that people try in order to get around verification.
bool asks_to_trust_blindly(std::string_view name) {
  constexpr std::array<std::string_view, 8> kWords{"verif",  "insecure", "signature", "checksum",
                                                   "sha256", "unsigned", "trust",     "tls"};
  const std::string lower = base::lower_case(name);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> all_keys = [] {
    std::vector<ConfigKey> keys;
    keys.reserve(kRows.size());
    for (const ConfigRow& row : kRows)
      keys.push_back(row.key);
    return keys;
  }();
  return all_keys;
}

const ConfigKey* find_config_key(std::string_view name) {
  const ConfigRow* row = find_config_row(name);
  return row == nullptr ? nullptr : &row->key;
}

void require_config_key(std::string_view name) {
  if (find_config_row(name) == nullptr) throw Error(Errc::config, unknown_config_key(name));
}

const ConfigRow* find_config_row(std::string_view name) {
  const auto found = std::find_if(kRows.begin(), kRows.end(),
                                  [&](const ConfigRow& row) { return row.key.name == name; });
  return found == kRows.end() ? nullptr : &*found;
}

bool is_config_section(std::string_view name) {
  return std::find(kSections.begin(), kSections.end(), name) != kSections.end();
}

std::string unknown_config_key(std::string_view name) {
  const std::string shown = base::safe_text(name, 100);
  if (asks_to_trust_blindly(name)) {
    return cat("there is no key `", shown,
               "`: verification cannot be switched off, whatever is installed is verified");
  }
  std::vector<std::string> names;
  names.reserve(kRows.size());
  for (const ConfigRow& row : kRows)
    names.emplace_back(row.key.name);
  names.insert(names.end(), kSections.begin(), kSections.end());
  // A right name without its section: "channel" means updates.channel.
  for (const std::string& candidate : names) {
    if (candidate.substr(candidate.find('.') + 1) == name) {
      return cat("unknown key `", shown, "`; did you mean `", candidate, "`?");
    }
  }
  return cat("unknown key `", shown, "`", base::did_you_mean(name, names));
}

}  // namespace agent
