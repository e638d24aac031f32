#pragma once

#include "delta/step.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace delta {

// Where in the new binary that is which stood in the old one, as the steps of a patch tell it.
class Moves {
 public:
  explicit Moves(const std::vector<Step>& steps);

  // By how many bytes what stood at `old_position` moved. Where several steps copy it, the longest
  // holds; what none copies moved with what is before it.
  [[nodiscard]] std::int64_t shift_at(std::uint64_t old_position) const;

 private:
  // From a position of the old binary up to the next one; sorted.
  std::vector<std::pair<std::uint64_t, std::int64_t>> m_shifts;
};

}  // namespace delta
