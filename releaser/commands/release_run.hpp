#pragma once

#include "releaser/services.hpp"
#include "releaser/stages/run.hpp"

#include <functional>
#include <vector>

namespace releaser {

// Options of every command that makes a release: --version, --channel, --snapshot, …
std::vector<base::Option> release_options();

// --previous DIR
base::Option previous_option();

// --above VERSION, and what an option of that kind says; throws Errc::usage for no version.
base::Option above_option();
std::optional<std::uint64_t> version_option(const base::Arguments& arguments,
                                            std::string_view name);

RunOptions run_options(const base::Arguments& arguments);

// dist/ where --dist does not say another: the project's.
base::Path default_dist(const Config& config);

// Reads the configuration, makes the Run, and calls `work` with it; everything that a Run borrows
// lives as long as `work` runs.
void with_run(const Services& services, const base::Arguments& arguments, RunOptions options,
              const std::function<void(Run&)>& work);

// dist/ for one run, which keeps other runs out of it to its end. A run that left nothing in it,
// because it was refused, takes away the folders that were made for it.
class DistFolder {
 public:
  // Throws Errc::locked.
  explicit DistFolder(const Run& run);
  DistFolder(const DistFolder&) = delete;
  DistFolder& operator=(const DistFolder&) = delete;
  ~DistFolder();

 private:
  std::vector<base::Path> m_made;  // the deepest first
};

}  // namespace releaser
