#include "agent/site_memory.hpp"

#include "agent/state.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace agent {
namespace {

base::Path watermark_file(const Layout& layout) { return layout.state_file("watermark.json"); }

base::Path cache_file(const Layout& layout, schema::Channel channel) {
  return metadata_folder(layout) / base::cat(schema::channel_name(channel), ".json");
}

std::optional<site::Watermark> read_watermark(const Layout& layout) {
  const base::Path path = watermark_file(layout);
  const auto text = base::read_file_if_exists(path, site::kMaxWatermarkBytes);
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

std::map<schema::Channel, site::CachedManifest> read_caches(const Layout& layout) {
  std::map<schema::Channel, site::CachedManifest> caches;
  for (const schema::Channel channel : schema::kChannels) {
    try {
      const auto text =
          base::read_file_if_exists(cache_file(layout, channel), site::kMaxCacheBytes);
      if (auto cache = text ? site::parse_cache(*text) : std::nullopt) {
        caches.insert_or_assign(channel, std::move(*cache));
      }
    } catch (const base::Error&) {
      continue;  // too large or unreadable: it is fetched anew
    }
  }
  return caches;
}

}  // namespace

base::Path metadata_folder(const Layout& layout) { return layout.state / "metadata"; }

bool is_watermark_damaged(const Layout& layout) {
  std::error_code ignored;
  return !read_watermark(layout) && std::filesystem::exists(watermark_file(layout), ignored);
}

site::Memory read_site_memory(const Layout& layout, const schema::Identity& identity) {
  site::Memory memory{.watermark = {}, .caches = read_caches(layout)};
  const auto watermark = read_watermark(layout);
  memory.watermark = watermark ? *watermark : site::watermark_of_caches(identity, memory.caches);
  return memory;
}

void write_site_memory(const Layout& layout, const site::Memory& seen) {
  site::Memory memory = seen;
  const auto watermark = read_watermark(layout);
  // Somebody may have seen more while this looked without the lock: a mark only ever rises.
  for (const auto& [channel, mark] : watermark.value_or(site::Watermark()).channels) {
    const auto mine = memory.watermark.channels.find(channel);
    if (mine != memory.watermark.channels.end() && mine->second.authority == mark.authority &&
        mine->second.generation < mark.generation) {
      mine->second = mark;
      memory.caches.erase(channel);
    }
  }
  if (watermark != memory.watermark) {
    base::write_file_atomically(watermark_file(layout), site::write_watermark(memory.watermark));
  }
  const auto before = read_caches(layout);
  for (const auto& [channel, cache] : memory.caches) {
    const auto known = before.find(channel);
    if (known == before.end() || !(known->second == cache)) {
      base::make_directories(metadata_folder(layout));
      // Not flushed: it is verified again each time, and a damaged one is fetched anew.
      base::AtomicFile file(cache_file(layout, channel), 0644, base::Durability::none);
      file.write(site::write_cache(cache));
      file.commit();
    }
  }
}

}  // namespace agent
