#include "site/watermark.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <utility>

namespace site {
namespace {

using base::cat;
using base::Errc;
namespace json = base::json;

constexpr std::uint64_t kWatermarkSchema = 1;

ChannelMark read_mark(const json::ObjectReader& reader) {
  const auto generated = base::parse_time(reader.text("generated"));
  if (!generated) reader.fail("generated", "must be a time");
  ChannelMark mark{.authority = reader.text("authority"),
                   .generation = reader.number("generation"),
                   .generated = *generated,
                   .security_floor = std::nullopt};
  if (const auto text = reader.optional_text("security_floor")) {
    mark.security_floor = schema::Version::parse(*text);
  }
  return mark;
}

}  // namespace

const ChannelMark* Watermark::find(schema::Channel channel, std::string_view authority) const {
  const auto mark = channels.find(channel);
  const bool counts = mark != channels.end() && mark->second.authority == authority;
  return counts ? &mark->second : nullptr;
}

Watermark Watermark::seen_by(schema::Channel channel) const {
  Watermark seen;
  for (const schema::Channel each : schema::channels_seen_by(channel)) {
    const auto mark = channels.find(each);
    if (mark != channels.end()) seen.channels.insert(*mark);
  }
  return seen;
}

std::optional<base::Time> Watermark::newest_generated() const {
  std::optional<base::Time> newest;
  for (const auto& [channel, mark] : channels) {
    if (!newest || mark.generated > *newest) newest = mark.generated;
  }
  return newest;
}

std::optional<schema::Version> Watermark::security_floor() const {
  std::optional<schema::Version> highest;
  for (const auto& [channel, mark] : channels) {
    if (mark.security_floor && (!highest || *mark.security_floor > *highest)) {
      highest = mark.security_floor;
    }
  }
  return highest;
}

std::string write_watermark(const Watermark& watermark) {
  json::Object channels;
  for (const auto& [channel, mark] : watermark.channels) {
    json::Object object;
    object.emplace_back("authority", mark.authority);
    object.emplace_back("generation", mark.generation);
    object.emplace_back("generated", base::format_time(mark.generated));
    object.emplace_back("security_floor", mark.security_floor
                                              ? json::Value(mark.security_floor->text())
                                              : json::Value(nullptr));
    channels.emplace_back(schema::channel_name(channel), std::move(object));
  }
  json::Object root;
  root.emplace_back("schema", kWatermarkSchema);
  root.emplace_back("channels", std::move(channels));
  return json::write(root, json::Style::pretty);
}

Watermark parse_watermark(std::string_view text) {
  const json::Value value = json::parse(text, {.max_bytes = kMaxWatermarkBytes}, Errc::config);
  const json::ObjectReader root(value, "", Errc::config);
  if (root.number("schema") != kWatermarkSchema) {
    root.fail("schema", "was written by a newer program; use that one");
  }
  const json::ObjectReader channels = root.object("channels");
  Watermark watermark;
  for (const auto& [name, mark] : channels.members()) {
    const auto channel = schema::parse_channel(name);
    if (!channel) channels.fail(base::safe_text(name, 64), "is no channel");
    watermark.channels.emplace(*channel,
                               read_mark({mark, channels.place_of(name), channels.errc()}));
  }
  return watermark;
}

}  // namespace site
