#pragma once

#include "agent/plan.hpp"
#include "agent/services.hpp"
#include "agent/site_access.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "manifest-schema/manifest.hpp"
#include "trust/digest.hpp"

#include <optional>
#include <string>

namespace agent {

// A bundle or a copy of a site on this machine as the only source of one run (--from): what comes
// from it is verified as what comes from the site, and no network is asked for anything.
struct LocalSource {
  base::Path path;
  std::optional<trust::Sha256> root_sha256;  // that the chain of its roots must have
};

// Throws Errc::untrusted for a damaged bundle and for other roots, Errc::not_found where nothing
// is.
SiteAccess open_local_source(const Services& services, const LocalSource& source);

// The entry as it can be fetched here: where the source is a local one, without the deltas and
// other forms that it does not have. Throws Errc::not_found where it has no archive, with what to
// do.
schema::PlatformEntry entry_here(const SiteAccess& access, const Install& install);

// For an error of read_situation(): where it is Errc::expired, of a local source, and everything
// but the time is right, gives the latest time for which its metadata is good, for
// --allow-expired-until. Writes nothing.
std::optional<base::Time> last_good_moment(const Services& services, const SiteAccess& access,
                                           const Config& config);

}  // namespace agent
