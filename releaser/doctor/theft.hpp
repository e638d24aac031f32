#pragma once

#include "releaser/config/config.hpp"
#include "releaser/doctor/finding.hpp"

#include <vector>

namespace releaser {

// What each secret of the present set-up is worth to a thief, in plain words: the CI secrets first,
// then every other key by itself, then whoever controls the machine that builds. Pure. [sign] is
// there.
std::vector<Finding> what_a_thief_could_do(const Config& config);

}  // namespace releaser
