#pragma once

#include "agent/layout.hpp"
#include "site/channel_manifest.hpp"

namespace agent {

// What the agent keeps of a site between runs: state/watermark.json, and state/metadata/ with the
// manifests as they came, which only save a download. Damaged caches are no caches; a damaged or
// newer watermark throws Errc::config, because without it an old manifest could pass for new.
site::Memory read_site_memory(const Layout& layout);
// The watermark first. Only while the lock is held (WriteAccess).
void write_site_memory(const Layout& layout, const site::Memory& memory);

}  // namespace agent
