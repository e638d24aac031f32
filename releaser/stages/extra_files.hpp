#pragma once

#include "releaser/stages/run.hpp"

namespace releaser {

// [release] extra_files: what the patterns find, by the last part of each name, beside the archives
// in dist/V/assets. Gives run.extra_files. Throws Errc::config for a pattern that finds nothing and
// for two files of one name.
void collect_extra_files(Run& run);

// The same problems, and nothing else: for preflight.
void check_extra_files(const Run& run, Problems& problems);

}  // namespace releaser
