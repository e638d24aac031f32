#pragma once

#include "releaser/stages/problems.hpp"
#include "releaser/stages/run.hpp"

namespace releaser {

// After a key was stolen: what is public and signed by it alone proves nothing, so the releases go
// on from dist/ of this machine. For each manifest of run.before.stolen, run.before gets one made
// anew of the releases whose own run in dist/ has their entry and every archive of it, and
// run.carried the archives that now need a signature by a key that counts. Says how many there are.
// A release that the public manifest lists and dist/ does not prove is a problem (Errc::untrusted)
// unless it is among run.options.leave_out. So is a channel of which releases were public, as
// anything but the site knows, and dist/ proves none, unless a person leaves out all of that. Halts
// and floors begin anew; generations go on from the highest that is known.
void carry_on_from_dist(Run& run, Problems& problems);

}  // namespace releaser
