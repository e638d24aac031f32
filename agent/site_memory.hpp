#pragma once

#include "agent/layout.hpp"
#include "agent/services.hpp"
#include "site/watermark.hpp"

namespace agent {

// What the agent keeps of a site between runs: state/watermark.json, and state/metadata/ with what
// was proven (site::MetadataStore). A watermark that is missing or damaged is empty, and the next
// look makes it anew; one of a newer schema throws Errc::config.
site::Watermark read_watermark(const Layout& layout);
bool is_watermark_damaged(const Layout& layout);
base::Path metadata_folder(const Layout& layout);
// The lowest version that may be used, of all that was seen of the followed channel; where the
// watermark was lost, of what the kept metadata still proves.
std::optional<schema::Version> known_security_floor(const Services& services);
// A mark is never lowered, also where somebody saw more meanwhile. Only while the lock is held
// (WriteAccess).
void write_watermark(const Layout& layout, const site::Watermark& seen);

}  // namespace agent
