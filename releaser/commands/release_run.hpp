#pragma once

#include "releaser/services.hpp"
#include "releaser/stages/run.hpp"

#include <functional>
#include <vector>

namespace releaser {

// Options of every command that makes a release: --version, --channel, --snapshot, …
std::vector<base::Option> release_options();
// --password-file and --password-fd.
std::vector<base::Option> password_options();

RunOptions run_options(const base::Arguments& arguments);

// Reads the configuration, makes the Run, and calls `work` with it; everything that a Run borrows
// lives as long as `work` runs.
void with_run(const Services& services, const base::Arguments& arguments, const RunOptions& options,
              const std::function<void(Run&)>& work);

// Keeps other runs out of dist/ until destruction. Throws Errc::locked.
base::FileLock lock_dist(const base::Path& dist);

}  // namespace releaser
