#pragma once

#include "releaser/git/branch.hpp"

#include <string>

namespace releaser {

struct PackageRepository;
struct Run;

// The branch of a tap or bucket is protected: its change goes to branch cco-release/PRODUCT there,
// and a pull request waits for a person to merge it, which run.proposed and run.failures tell. Of a
// product one waits at most: a later run that wants something else changes that one, so that none
// is left that leads back. One that a person closed is not opened again for the same change. Throws
// what the host says, and the refusal of the push where no API of the host is known.
// Why: docs/adr/0095.
void propose_packages(Run& run, const PackageRepository& repository, const git::Changes& changes,
                      const std::string& message);

}  // namespace releaser
