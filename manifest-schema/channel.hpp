#pragma once

#include "manifest-schema/version.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace schema {

enum class Channel { stable, beta, nightly };
inline constexpr std::array kChannels{Channel::stable, Channel::beta, Channel::nightly};

std::string_view channel_name(Channel channel);
// Throws Errc::usage or Errc::config is the caller's choice: nothing where the text is no channel.
std::optional<Channel> parse_channel(std::string_view text);
// The channels that a user of `channel` sees: beta sees {stable, beta}.
std::span<const Channel> channels_seen_by(Channel channel);
// Where a version belongs unless said otherwise: no pre-release: stable; "nightly", "dev",
// "snapshot": nightly; any other: beta.
Channel channel_of(const Version& version);

// A site shows one manifest of each channel and a combined one, which is that of no channel.
inline constexpr std::array<std::optional<Channel>, 4> kManifestsOfSite{
    Channel::stable, Channel::beta, Channel::nightly, std::nullopt};
inline constexpr std::string_view kCombinedManifestName = "version-manifest.json";
// "stable.version-manifest.json"; the combined one for nothing.
std::string manifest_name(std::optional<Channel> channel);

}  // namespace schema
