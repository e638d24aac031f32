#pragma once

#include "base/clock.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/version.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace site {

inline constexpr std::size_t kMaxWatermarkBytes = 65'536;

// The highest that a channel's manifest has said so far. It is bound to whoever vouched for it and
// counts only while they still may: a thief who signed generation 2^53 must not stop an agent for
// ever.
struct ChannelMark {
  std::string authority;  // the fingerprint of the channel role in the metadata
  std::uint64_t generation = 0;
  base::Time generated{};
  std::optional<schema::Version> security_floor;
  bool operator==(const ChannelMark&) const = default;
};

// What an agent has seen of a site; stored between runs. It only ever rises.
struct Watermark {
  std::map<schema::Channel, ChannelMark> channels;

  // The mark of a channel, if this authority vouched for it.
  [[nodiscard]] const ChannelMark* find(schema::Channel channel, std::string_view authority) const;
  // The marks of the channels that a user of `channel` sees.
  [[nodiscard]] Watermark seen_by(schema::Channel channel) const;
  // The newest `generated` and the highest floor of all channels.
  [[nodiscard]] std::optional<base::Time> newest_generated() const;
  [[nodiscard]] std::optional<schema::Version> security_floor() const;

  bool operator==(const Watermark&) const = default;
};

// JSON with a schema number.
std::string write_watermark(const Watermark& watermark);
// Throws Errc::config for a damaged text and for one of a newer schema, which is to be left as it
// is.
Watermark parse_watermark(std::string_view text);

}  // namespace site
