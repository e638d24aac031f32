#include "agent/config_table.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using base::toml::Value;

[[noreturn]] void wrong_value(std::string_view what_is_right) {
  throw Error(Errc::config, cat("must be ", what_is_right));
}

const std::string& text_of(const Value& value, std::string_view what_is_right) {
  const auto* text = value.get_if<std::string>();
  if (text == nullptr) wrong_value(what_is_right);
  return *text;
}

std::vector<std::string> texts_of(const Value& value, std::string_view what_is_right) {
  const auto* array = value.get_if<base::toml::Array>();
  if (array == nullptr) wrong_value(what_is_right);
  std::vector<std::string> texts;
  for (const Value& element : *array)
    texts.push_back(text_of(element, what_is_right));
  return texts;
}

bool boolean_of(const Value& value) {
  const auto* boolean = value.get_if<bool>();
  if (boolean == nullptr) wrong_value("true or false");
  return *boolean;
}

// "2026.8", "2026" or a whole version.
bool is_pin(std::string_view text) {
  if (schema::Version::try_parse(text)) return true;
  for (const std::string_view zeros : {".0", ".0.0"}) {
    const auto whole = schema::Version::try_parse(cat(text, zeros));
    if (whole && whole->matches_prefix(text)) return true;
  }
  return false;
}

void set_interval(Config& config, const Value& value) {
  constexpr std::string_view kRight = "hourly, daily, weekly or never";
  const std::string& text = text_of(value, kRight);
  for (const auto interval :
       {CheckInterval::hourly, CheckInterval::daily, CheckInterval::weekly, CheckInterval::never}) {
    if (check_interval_name(interval) == text) {
      config.check_interval = interval;
      return;
    }
  }
  wrong_value(kRight);
}

void set_channel(Config& config, const Value& value) {
  constexpr std::string_view kRight = "stable, beta or nightly";
  const auto channel = schema::parse_channel(text_of(value, kRight));
  if (!channel) wrong_value(kRight);
  config.channel = *channel;
}

void set_pin(Config& config, const Value& value) {
  constexpr std::string_view kRight =
      "the beginning of a version (2026.8) or a whole one (2026.8.1)";
  const std::string& text = text_of(value, kRight);
  if (!is_pin(text)) wrong_value(kRight);
  config.pin_version = text;
}

void set_skipped(Config& config, const Value& value) {
  constexpr std::string_view kRight = "a list of versions";
  std::vector<schema::Version> versions;
  for (const std::string& text : texts_of(value, kRight)) {
    auto version = schema::Version::try_parse(text);
    if (!version) wrong_value(cat(kRight, "; `", base::safe_text(text, 64), "` is none"));
    versions.push_back(std::move(*version));
  }
  config.skip_versions = std::move(versions);
}

void set_kept(Config& config, const Value& value) {
  const auto* number = value.get_if<std::int64_t>();
  constexpr std::int64_t kFewest = 2;
  constexpr std::int64_t kMost = 20;
  if (number == nullptr || *number < kFewest || *number > kMost) {
    wrong_value("a number from 2 to 20");
  }
  config.keep_versions = static_cast<unsigned>(*number);
}

base::Url url_of(const std::string& text, std::string_view what_is_right) {
  try {
    return base::Url::parse(text);
  } catch (const Error& error) {
    throw Error(Errc::config, cat("must be ", what_is_right, "; ", error.what()));
  }
}

void set_mirrors(Config& config, const Value& value) {
  constexpr std::string_view kRight = "a list of URLs that begin with https:// or file://";
  std::vector<base::Url> urls;
  for (const std::string& text : texts_of(value, kRight))
    urls.push_back(url_of(text, kRight));
  config.mirrors = std::move(urls);
}

void set_base_url(Config& config, const Value& value) {
  constexpr std::string_view kRight = "a URL that begins with https:// or file://";
  config.base_url = url_of(text_of(value, kRight), kRight);
}

void set_window(Config& config, const Value& value) {
  config.window = Window::parse(text_of(value, "a span such as \"02:00-05:00\""));
}

void set_ca_file(Config& config, const Value& value) {
  constexpr std::string_view kRight = "the absolute path of a PEM file";
  const base::Path path(text_of(value, kRight));
  if (!path.is_absolute()) wrong_value(kRight);
  config.ca_file = path;
}

void set_proxy(Config& config, const Value& value) {
  constexpr std::string_view kRight = "a proxy such as http://proxy.example.com:3128";
  const std::string& text = text_of(value, kRight);
  const bool has_scheme = text.rfind("http://", 0) == 0 || text.rfind("https://", 0) == 0;
  const bool is_printable =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!has_scheme || !is_printable || text.size() > 2048) wrong_value(kRight);
  config.proxy = text;
}

constexpr std::array<ConfigRow, 13> kRows{{
    {{"updates.enabled", KeyKind::boolean, "true", "true or false",
      "Look for updates in the background and show notices; `update` works either way."},
     [](Config& config, const Value& value) { config.enabled = boolean_of(value); }},
    {{"updates.auto_install", KeyKind::boolean, "false", "true or false",
      "Let `update --unattended` install what it finds; without it, it only reports."},
     [](Config& config, const Value& value) { config.auto_install = boolean_of(value); }},
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
     [](Config& config, const Value& value) { config.notify_on_update = boolean_of(value); }},
    {{"updates.mirrors", KeyKind::text_list, "[]", "a list of URLs",
      "Further places that serve the same site: archives come from there first, and manifests "
      "where the site fails."},
     set_mirrors},
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
}};

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

bool is_config_section(std::string_view name) { return name == "updates" || name == "network"; }

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
  // A right name without its section: "channel" means updates.channel.
  for (const std::string& candidate : names) {
    if (candidate.substr(candidate.find('.') + 1) == name) {
      return cat("unknown key `", shown, "`; did you mean `", candidate, "`?");
    }
  }
  return cat("unknown key `", shown, "`", base::did_you_mean(name, names));
}

}  // namespace agent
