#pragma once

#include "releaser/config/config.hpp"
#include "releaser/doctor/finding.hpp"
#include "trust/public_key.hpp"

#include <optional>
#include <vector>

namespace releaser {

// What each secret of the present set-up is worth to a thief, in plain words: the CI secrets first,
// then every other key by itself, then whoever controls the machine that builds. Pure. [sign] is
// there.
//   seen_in_ci  the key that CI has, whatever it should have
std::vector<Finding> what_a_thief_could_do(const Config& config,
                                           const std::optional<trust::PublicKey>& seen_in_ci);

}  // namespace releaser
