#include "agent/site_memory.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace agent {
namespace {

base::Path watermark_file(const Layout& layout) { return layout.state_file("watermark.json"); }

base::Path cache_file(const Layout& layout, schema::Channel channel) {
  return layout.state / "metadata" / base::cat(schema::channel_name(channel), ".json");
}

}  // namespace

site::Memory read_site_memory(const Layout& layout) {
  site::Memory memory;
  const base::Path path = watermark_file(layout);
  if (const auto text = base::read_file_if_exists(path, site::kMaxWatermarkBytes)) {
    memory.watermark =
        base::with_context(path.native(), [&] { return site::parse_watermark(*text); });
  }
  for (const schema::Channel channel : schema::kChannels) {
    try {
      const auto text =
          base::read_file_if_exists(cache_file(layout, channel), site::kMaxCacheBytes);
      if (auto cache = text ? site::parse_cache(*text) : std::nullopt) {
        memory.caches.insert_or_assign(channel, std::move(*cache));
      }
    } catch (const base::Error&) {
      continue;  // too large or unreadable: it is fetched anew
    }
  }
  return memory;
}

void write_site_memory(const Layout& layout, const site::Memory& memory) {
  const site::Memory before = read_site_memory(layout);
  if (!(before.watermark == memory.watermark)) {
    base::write_file_atomically(watermark_file(layout), site::write_watermark(memory.watermark));
  }
  for (const auto& [channel, cache] : memory.caches) {
    const auto known = before.caches.find(channel);
    if (known == before.caches.end() || !(known->second == cache)) {
      base::make_directories(layout.state / "metadata");
      base::write_file_atomically(cache_file(layout, channel), site::write_cache(cache));
    }
  }
}

}  // namespace agent
