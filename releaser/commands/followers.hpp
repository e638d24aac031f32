#pragma once

#include "releaser/stages/run.hpp"

#include <string>
#include <vector>

namespace releaser {

// A place that shows no manifests of its own and follows those of the site: a host of releases, the
// tap, the bucket.
struct Follower {
  std::string name, place;         // "github", "GitHub owner/name"
  std::vector<std::string> lacks;  // "release v1.0.0", "push Formula/tool.rb"
};

// What each of them lacks of the newest release of each channel in run.before. One that cannot be
// looked at is among run.failures instead. `run`, a dry one, is good for nothing else afterwards.
std::vector<Follower> look_at_followers(Run& run);

}  // namespace releaser
