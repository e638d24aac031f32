#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace delta::making {

// The next `same` bytes are nearly those of `old` at `old_position`, and `more` bytes follow that
// have no likeness there.
struct Step {
  std::uint64_t old_position = 0, same = 0, more = 0;
  bool operator==(const Step&) const = default;
};

// How `target` comes out of `old`, as bsdiff finds it (Colin Percival, "Naive differences of
// executable code", 2003): the longest match at each place, and around it as far as more than half
// of the bytes agree, since code that moved has other addresses here and there. The steps cover
// `target` without gaps; none is empty.
std::vector<Step> find_steps(std::string_view old, std::string_view target);

}  // namespace delta::making
