#pragma once

#include "releaser/stages/run.hpp"

namespace releaser {

// Deltas to each packed target from the releases of --previous, and without it those that an
// earlier run made of the same archives. Each is worth it: smaller than 60 % of what an agent would
// fetch otherwise. Fills in the targets' deltas, run.extra_files and run.record.
void make_deltas(Run& run);

}  // namespace releaser
