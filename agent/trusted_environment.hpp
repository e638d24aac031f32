#pragma once

#include "base/environment.hpp"

namespace agent {

// What a privileged process may take from an environment that somebody else made: language,
// terminal and CI, which change words only. HOME, PATH and whatever else names files, authorities,
// proxies or a site (XDG_…, SSL_CERT_…, HTTPS_PROXY, TOOL_UPDATER_…) are not in it; PATH is the
// system's.
base::Environment trusted_environment(const base::Environment& untrusted);

}  // namespace agent
