#include "agent/config_setters.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace agent {

using base::cat;
using base::Errc;
using base::Error;
using base::toml::Value;

namespace {

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

// "2026.8", "2026" or a whole version.
bool is_pin(std::string_view text) {
  if (schema::Version::try_parse(text)) return true;
  for (const std::string_view zeros : {".0", ".0.0"}) {
    const auto whole = schema::Version::try_parse(cat(text, zeros));
    if (whole && whole->matches_prefix(text)) return true;
  }
  return false;
}

base::Url url_of(const std::string& text, std::string_view what_is_right) {
  try {
    return base::Url::parse(text);
  } catch (const Error& error) {
    throw Error(Errc::config, cat("must be ", what_is_right, "; ", error.what()));
  }
}

// Of a site: the names of its files are put behind it.
base::Url base_url_of(const std::string& text, std::string_view what_is_right) {
  base::Url url = url_of(text, what_is_right);
  if (text.find('?') != std::string::npos) {
    // It may be a token: it is not repeated.
    wrong_value(cat(what_is_right, "; a query (`?…`) has no place in it"));
  }
  return url;
}

// "mirror.example.com" or "mirror.example.com:8443": what Url::host() gives.
bool is_host(const std::string& text) {
  try {
    return !text.empty() && base::Url::parse(cat("https://", text)).host() == text;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

void set_boolean(bool& field, const Value& value) {
  const auto* boolean = value.get_if<bool>();
  if (boolean == nullptr) wrong_value("true or false");
  field = *boolean;
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

void set_mirrors(Config& config, const Value& value) {
  constexpr std::string_view kRight = "a list of URLs that begin with https:// or file://";
  std::vector<base::Url> urls;
  for (const std::string& text : texts_of(value, kRight))
    urls.push_back(base_url_of(text, kRight));
  config.mirrors = std::move(urls);
}

void set_base_url(Config& config, const Value& value) {
  constexpr std::string_view kRight = "a URL that begins with https:// or file://";
  config.base_url = base_url_of(text_of(value, kRight), kRight);
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

void set_mirror_token(Config& config, const Value& value) {
  constexpr std::string_view kRight =
      "a host of https:// and the absolute path of a file, such as "
      "mirror.example.com=/home/ann/.mirror-token";
  const std::string& text = text_of(value, kRight);
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) wrong_value(kRight);
  const std::string host = base::lower_case(text.substr(0, equals));
  const base::Path file(text.substr(equals + 1));
  if (!is_host(host) || !file.is_absolute()) wrong_value(kRight);
  config.mirror_token = MirrorToken{host, file};
}

void set_endpoint(Config& config, const Value& value) {
  constexpr std::string_view kRight = "a URL that begins with https://";
  const base::Url url = url_of(text_of(value, kRight), kRight);
  if (url.is_file()) wrong_value(kRight);
  config.telemetry_endpoint = url;
}

void set_port(Config& config, const Value& value) {
  const auto* number = value.get_if<std::int64_t>();
  // Those below belong to root.
  constexpr std::int64_t kLowest = 1024;
  constexpr std::int64_t kHighest = 65535;
  if (number == nullptr || *number < kLowest || *number > kHighest) {
    wrong_value("a number from 1024 to 65535");
  }
  config.service_port = static_cast<std::uint16_t>(*number);
}

void set_log_level(Config& config, const Value& value) {
  constexpr std::string_view kRight = "error, warning, info or debug";
  const std::string& text = text_of(value, kRight);
  for (const auto level : {LogLevel::error, LogLevel::warning, LogLevel::info, LogLevel::debug}) {
    if (log_level_name(level) == text) {
      config.log_level = level;
      return;
    }
  }
  wrong_value(kRight);
}

}  // namespace agent
