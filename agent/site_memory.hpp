#pragma once

#include "agent/layout.hpp"
#include "site/channel_manifest.hpp"

namespace agent {

// What the agent keeps of a site between runs: state/watermark.json, and state/metadata/ with the
// manifests as they came, which only save a download. A damaged cache is none; a watermark that is
// missing or damaged is what the caches prove. A newer one throws Errc::config.
site::Memory read_site_memory(const Layout& layout, const schema::Identity& identity);
bool is_watermark_damaged(const Layout& layout);
// Where proven metadata is kept (site::MetadataStore).
base::Path metadata_folder(const Layout& layout);
// The watermark first; it is never lowered. Only while the lock is held (WriteAccess).
void write_site_memory(const Layout& layout, const site::Memory& seen);

}  // namespace agent
