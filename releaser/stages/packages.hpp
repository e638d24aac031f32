#pragma once

#include "releaser/git/branch.hpp"
#include "releaser/stages/problems.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

struct Run;

// A repository that package managers read: the tap of [homebrew], the bucket of [scoop], or both
// where they are one.
struct PackageRepository {
  std::vector<std::string_view> kinds;  // "homebrew", "scoop", as --skip names them
  std::unique_ptr<git::Branch> branch;
  std::string api_url;  // of the configuration
  [[nodiscard]] std::string place() const;
  // "homebrew, scoop"
  [[nodiscard]] std::string name() const;
};

// Names of those that the configuration pushes to, for --skip.
std::vector<std::string_view> package_kinds(const Run& run);

// Preflight: looks at the repositories that this run may push to. A release that is new asks also
// for the right to push.
void open_packages(Run& run, Problems& problems);

// After everything is announced: the newest release of each channel that this run has made a
// manifest for becomes the package of that channel. All changes to one repository are one commit.
// A repository that somebody else changed meanwhile gets what is public then; one whose branch is
// protected gets a pull request (propose_packages.hpp). What fails is among run.failures, and the
// others go on.
void push_packages(Run& run);

}  // namespace releaser
