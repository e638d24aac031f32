#pragma once

#include "releaser/pointers/edit.hpp"

#include <set>
#include <vector>

namespace releaser {

// Versions of which hosts may show something else than the manifests say now: those that a command
// names, whatever changed, the newest of each channel, and what is withdrawn above the newest
// stable one. A stopped run that is run again looks at the same ones. Pure.
std::set<schema::Version> versions_to_mark(const PublicManifests& before,
                                           const PublicManifests& after,
                                           const std::vector<schema::Version>& named);

}  // namespace releaser
