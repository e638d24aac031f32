#pragma once

#include "releaser/stages/run.hpp"

namespace releaser {

// The folder of --out, into which --sign-only writes and from which it removes what signs nothing
// of the draft. Throws Errc::config for one that belongs to a destination, to dist/ or to the trust
// folder, or that holds what no --sign-only wrote: public files have the names of signatures, too.
void check_signatures_folder(const Run& run);

// Makes it, and keeps other runs out of it. Throws Errc::locked.
void lock_signatures_folder(const Run& run);

}  // namespace releaser
