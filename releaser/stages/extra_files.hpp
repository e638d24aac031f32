#pragma once

#include "releaser/stages/run.hpp"

namespace releaser {

// [release] extra_files: what the patterns find, by the last part of each name, beside the archives
// in dist/V/assets. Gives run.extra_files. Throws Errc::config for a pattern that finds nothing and
// for two files of one name.
void collect_extra_files(Run& run);

// The same problems, and nothing else: for preflight.
void check_extra_files(const Run& run, Problems& problems);

// Those of the draft, which somebody else wrote: throws Errc::conflict for one that no pattern of
// the configuration asks for, that has the name of another file of the release, or is there twice.
void check_drafted_extra_files(const Run& run);

}  // namespace releaser
