#include "agent/policy.hpp"

#include "agent/config_table.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/toml.hpp"

#include <algorithm>
#include <array>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using base::toml::Value;

constexpr std::string_view kAllowedChannels = "updates.allowed_channels";
constexpr std::string_view kAllowExpired = "updates.allow_expired";

std::vector<schema::Channel> channels_of(const Value& value) {
  constexpr std::string_view kRight = "must be a list of stable, beta and nightly";
  const auto* array = value.get_if<base::toml::Array>();
  if (array == nullptr || array->empty()) throw Error(Errc::config, std::string(kRight));
  std::vector<schema::Channel> channels;
  for (const Value& element : *array) {
    const auto* text = element.get_if<std::string>();
    const auto channel = text == nullptr ? std::nullopt : schema::parse_channel(*text);
    if (!channel) throw Error(Errc::config, std::string(kRight));
    channels.push_back(*channel);
  }
  return channels;
}

std::string names_of(const std::vector<schema::Channel>& channels) {
  std::vector<std::string> names;
  names.reserve(channels.size());
  for (const schema::Channel channel : channels)
    names.emplace_back(schema::channel_name(channel));
  return base::join(names, ", ");
}

std::string unknown_policy_key(std::string_view name) {
  const std::string_view last = name.substr(name.find('.') + 1);
  for (const std::string_view own : {kAllowedChannels, kAllowExpired}) {
    const std::array<std::string, 1> candidates{std::string(own)};
    if (!base::did_you_mean(name, candidates).empty() || own.substr(own.find('.') + 1) == last) {
      return cat("unknown key `", base::safe_text(name, 100), "`; did you mean `", own, "`?");
    }
  }
  return unknown_config_key(name);
}

void apply_key(LoadedConfig& loaded, const std::string& name, const Value& value) {
  Policy& policy = loaded.config.policy;
  if (name == kAllowedChannels) {
    policy.allowed_channels = channels_of(value);
    return;
  }
  if (name == kAllowExpired) {
    const auto* boolean = value.get_if<bool>();
    if (boolean == nullptr) throw Error(Errc::config, "must be true or false");
    policy.allow_expired = *boolean;
    return;
  }
  take_config_value(*find_config_row(name), value, Origin::policy, loaded);
  if (name == "updates.pin_version") policy.pin_version = loaded.config.pin_version;
  if (name == "updates.skip_versions") policy.skip_versions = loaded.config.skip_versions;
}

bool is_policy_key(std::string_view name) {
  return name == kAllowedChannels || name == kAllowExpired || find_config_row(name) != nullptr;
}

void apply_table(LoadedConfig& loaded, const base::toml::Table& table, std::string_view prefix,
                 const base::Path& path) {
  for (const base::toml::Member& member : table) {
    const std::string name = cat(prefix, member.name);
    const auto* inner = member.value.get_if<base::toml::Table>();
    if (inner != nullptr && prefix.empty() && is_config_section(member.name)) {
      apply_table(loaded, *inner, cat(member.name, "."), path);
      continue;
    }
    const std::string place = cat(path.native(), ":", member.position.line);
    if (!is_policy_key(name)) {
      throw Error(Errc::config, cat(place, ": ", unknown_policy_key(name)));
    }
    try {
      apply_key(loaded, name, member.value);
    } catch (const Error& error) {
      throw Error(Errc::config, cat(place, ": ", name, " ", error.what()));
    }
  }
}

}  // namespace

base::Path policy_path(std::string_view program) {
  return base::Path("/etc") / program / "policy.toml";
}

void apply_policy(LoadedConfig& loaded, std::string_view text, const base::Path& path) {
  const base::toml::Table table = base::toml::parse(text, path.native());
  LoadedConfig changed = loaded;
  changed.config.policy.file = path;
  apply_table(changed, table, "", path);
  loaded = std::move(changed);
}

std::optional<std::string> policy_objection(const Policy& policy, const schema::Version& version,
                                            schema::Channel channel) {
  const std::string& file = policy.file.native();
  const auto& allowed = policy.allowed_channels;
  if (allowed && std::find(allowed->begin(), allowed->end(), channel) == allowed->end()) {
    return cat("is of channel ", schema::channel_name(channel), ", and ", file, " allows ",
               names_of(*allowed), " only");
  }
  if (policy.pin_version && !version.matches_prefix(*policy.pin_version)) {
    return cat("is outside of the pin ", *policy.pin_version, " of ", file);
  }
  const auto& skip = policy.skip_versions;
  if (std::find(skip.begin(), skip.end(), version) != skip.end()) {
    return cat("is in skip_versions of ", file);
  }
  return std::nullopt;
}

void require_allowed_channel(const LoadedConfig& loaded, schema::Channel channel) {
  const Policy& policy = loaded.config.policy;
  const auto& allowed = policy.allowed_channels;
  if (allowed && std::find(allowed->begin(), allowed->end(), channel) == allowed->end()) {
    throw Error(Errc::config, cat("--channel ", schema::channel_name(channel), ": ",
                                  policy.file.native(), " allows ", names_of(*allowed), " only"));
  }
  if (channel != loaded.config.channel) {
    require_free_choice(loaded, "updates.channel", "--channel");
  }
}

void require_free_choice(const LoadedConfig& loaded, std::string_view key,
                         std::string_view option) {
  if (loaded.origins.find(key)->second != Origin::policy) return;
  throw Error(Errc::config, cat(option, ": ", loaded.config.policy.file.native(), " fixes ", key,
                                " to ", loaded.values.find(key)->second));
}

void require_expired_allowed(const Policy& policy) {
  if (policy.allow_expired) return;
  throw Error(Errc::config,
              cat("--allow-expired-until: ", policy.file.native(), " takes no expired metadata"));
}

void require_allowed(const Policy& policy, const schema::Version& version) {
  const auto objection = policy_objection(policy, version, schema::channel_of(version));
  if (objection) throw Error(Errc::config, cat(version.text(), " ", *objection));
}

}  // namespace agent
