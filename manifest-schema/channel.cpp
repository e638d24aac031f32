#include "manifest-schema/channel.hpp"

#include "base/text.hpp"

namespace schema {

std::string_view channel_name(Channel channel) {
  switch (channel) {
    case Channel::stable:
      return "stable";
    case Channel::beta:
      return "beta";
    case Channel::nightly:
      return "nightly";
  }
  return "";
}

std::optional<Channel> parse_channel(std::string_view text) {
  for (const Channel channel : kChannels) {
    if (channel_name(channel) == text) return channel;
  }
  return std::nullopt;
}

std::span<const Channel> channels_seen_by(Channel channel) {
  const std::span<const Channel> all(kChannels);
  switch (channel) {
    case Channel::stable:
      return all.first(1);
    case Channel::beta:
      return all.first(2);
    case Channel::nightly:
      return all;
  }
  return {};
}

Channel channel_of(const Version& version) {
  if (!version.is_prerelease()) return Channel::stable;
  const std::string name = version.prerelease_name();
  const bool from_a_build = name == "nightly" || name == "dev" || name == "snapshot";
  return from_a_build ? Channel::nightly : Channel::beta;
}

std::string manifest_name(std::optional<Channel> channel) {
  if (!channel) return std::string(kCombinedManifestName);
  return base::cat(channel_name(*channel), ".", kCombinedManifestName);
}

}  // namespace schema
