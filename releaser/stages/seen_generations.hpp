#pragma once

#include "releaser/stages/run.hpp"

namespace releaser {

// The generations of manifests that this dist/ has seen at the destination that the others follow,
// in dist/seen.json: a restored backup or a stale copy has valid signatures, too.

// Throws Errc::untrusted where the destination shows a lower generation than before.
void check_not_replayed(const Run& run);
// After everything is announced. Writes nothing that is known already.
void remember_generations(const Run& run);

}  // namespace releaser
