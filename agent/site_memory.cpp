#include "agent/site_memory.hpp"

#include "agent/settings.hpp"
#include "agent/state.hpp"
#include "agent/state_file.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "site/kept_metadata.hpp"

#include <algorithm>

namespace agent {
namespace {

base::Path watermark_file(const Layout& layout) { return layout.state_file("watermark.json"); }

std::optional<site::Watermark> find_watermark(const Layout& layout) {
  const base::Path path = watermark_file(layout);
  const auto text = read_state_text(path, site::kMaxWatermarkBytes);
  if (!text) {
    return std::nullopt;
  }
  try {
    return site::parse_watermark(*text);
  } catch (const base::Error& error) {
    if (is_of_newer_schema(*text)) {
      throw base::Error(error.code(), base::cat(path.native(), ": ", error.what()));
    }
    return std::nullopt;
  }
}

}  // namespace

base::Path metadata_folder(const Layout& layout) { return layout.state / "metadata"; }

bool is_watermark_damaged(const Layout& layout) {
  std::error_code ignored;
  return !find_watermark(layout) && std::filesystem::exists(watermark_file(layout), ignored);
}

site::Watermark read_watermark(const Layout& layout) {
  return find_watermark(layout).value_or(site::Watermark());
}

std::optional<schema::Version> known_security_floor(const Services& services) {
  const schema::Channel followed = followed_channel(services);
  if (const auto watermark = find_watermark(services.layout)) {
    return watermark->seen_by(followed).security_floor();
  }
  const auto folder = site::make_folder_store(metadata_folder(services.layout));
  const auto kept = site::read_kept_metadata(*folder, services.identity);
  std::optional<schema::Version> floor;
  for (const schema::Channel channel : schema::channels_seen_by(followed)) {
    const auto found = kept.manifests.find(channel);
    if (found != kept.manifests.end()) {
      floor = std::max(floor, found->second.security_floor);
    }
  }
  return floor;
}

void write_watermark(const Layout& layout, const site::Watermark& seen) {
  site::Watermark marks = seen;
  const auto before = find_watermark(layout);
  for (const auto& [channel, mark] : before.value_or(site::Watermark()).channels) {
    const auto mine = marks.channels.find(channel);
    if (mine != marks.channels.end() && mine->second.authority == mark.authority &&
        mine->second.generation < mark.generation) {
      mine->second = mark;
    }
  }
  if (before != marks) {
    base::write_file_atomically(watermark_file(layout), site::write_watermark(marks));
  }
}

}  // namespace agent
