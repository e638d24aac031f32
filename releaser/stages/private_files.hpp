#pragma once

#include "releaser/stages/run.hpp"

namespace releaser {

// What must not become public, told before anything is written: a destination that is the project
// itself, a key file below a destination, a secret key among the files of the archive.
void check_private_files(const Run& run, Problems& problems);

}  // namespace releaser
