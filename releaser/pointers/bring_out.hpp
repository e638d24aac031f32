#pragma once

#include "releaser/pointers/edit.hpp"
#include "releaser/pointers/pointer_plans.hpp"

namespace releaser {

// Throws unless every version that somebody may get because of the change is there, whole, where
// the manifests say.
void verify_offered(const Run& run, const PublicManifests& before, const PublicManifests& after);

// Brings the wanted files to each site, in the order of a publish, and looks at them as a stranger.
// moved: somebody else published at the first destination meanwhile, and nothing was announced. A
// destination that follows it, and moved, is planned anew.
Announced bring_out(Run& run, const Publication& wanted, const PublicManifests& after);

}  // namespace releaser
