#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace delta {

// The next `same` bytes are nearly those of the old binary at `old_position`, and `more` bytes
// follow that have no likeness there.
struct Step {
  std::uint64_t old_position = 0, same = 0, more = 0;
  bool operator==(const Step&) const = default;
};

// Of one patch: they are all in memory where it is applied. A binary whose patch had more gets the
// rest as further bytes; pairs of some 10 MB have 30,000 at most.
inline constexpr std::size_t kMaxSteps = std::size_t{1} << 18U;

}  // namespace delta
