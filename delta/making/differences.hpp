#pragma once

#include "delta/step.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace delta::making {

// How `target` comes out of `old`, as bsdiff finds it (Colin Percival, "Naive differences of
// executable code", 2003): the longest match at each place, and around it as far as more than half
// of the bytes agree, since code that moved has other addresses here and there. The steps cover
// `target` without gaps; none is empty, and there are at most `most` (at least 1): the last one
// then has all that is left as further bytes.
std::vector<Step> find_steps(std::string_view old, std::string_view target,
                             std::size_t most = kMaxSteps);

}  // namespace delta::making
