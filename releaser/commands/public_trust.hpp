#pragma once

#include "base/error.hpp"
#include "releaser/config/config.hpp"
#include "releaser/services.hpp"
#include "releaser/trust/trust_report.hpp"

#include <string>
#include <vector>

namespace releaser {

// A destination that cannot be believed or read.
struct PlaceProblem {
  std::string place, problem;
  base::Errc code = base::Errc::internal;
};

// Is it a folder that was published, and is not on this machine? A clone of the project has none.
bool is_elsewhere(const DestinationSettings& destination, const Config& config,
                  std::string_view home, const base::Path& dist);

// What each destination shows of metadata, proven against the final part of `folder`, which has a
// root. A problem is also told in the PublicTrust of its place.
std::vector<PublicTrust> read_public_trust(const Services& services, const Config& config,
                                           const TrustFolder& folder,
                                           std::vector<PlaceProblem>& problems);

}  // namespace releaser
