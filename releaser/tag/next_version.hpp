#pragma once

#include "base/clock.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/version.hpp"
#include "releaser/changelog/commits.hpp"

#include <string_view>
#include <vector>

namespace releaser {

// The version that comes after all that are known, tagged or public.
//   scheme   "semver": one more in the place that `bump` names (below 1.0.0 a breaking change is a
//            minor one), 0.1.0 to begin with. "calver": YYYY.M.N of today's month.
//   channel  stable ends the pre-releases of a core that is not stable yet; beta gives
//            "<core>-beta.N", nightly "<core>-nightly.YYYYMMDD", and ".2", ".3" on the same day
// Pure.
schema::Version next_version(std::string_view scheme, const std::vector<schema::Version>& known,
                             schema::Channel channel, Bump bump, base::Time now);

// Does a text name the version as a word of its own: "version = \"1.2.0\"", "v1.2.0", and not
// 11.2.0, 1.2.0.1 or 1.2.0-rc.1?
bool names_version(std::string_view text, const schema::Version& version);

}  // namespace releaser
