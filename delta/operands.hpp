#pragma once

#include "delta/moves.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace delta {

// Whose operands are looked for; the numbers stand in patches.
enum class Processor : unsigned char { none = 0, x86_64 = 1, aarch64 = 2 };

// What the new binary most likely has where a step copies bytes of the old one: the same, but for
// operands. One that is the distance to another place changes by as much as both places moved
// apart, so that it need not be in the patch. delta/README.md says which operands are found, and
// how.
class Expected {
 public:
  // Of an old binary of at most kMaxBinaryBytes, and steps that copy from within it.
  Expected(Processor processor, std::string_view old, const std::vector<Step>& steps)
      : m_processor(processor), m_old(old), m_moves(steps) {}

  // Fills `target`, which lies at `new_position`, from as many bytes at `old_position`. Operands
  // are changed that are whole in it.
  void fill(std::uint64_t old_position, std::uint64_t new_position, std::span<char> target) const;

 private:
  // Bytes that were copied, and where from and to.
  struct Copy {
    std::int64_t old_position, new_position;
    std::span<char> bytes;
  };
  [[nodiscard]] std::optional<std::int64_t> new_position_of(std::int64_t old_position) const;
  void move_x86_64(const Copy& copy) const;
  void move_aarch64(const Copy& copy) const;
  void move_branch(const Copy& copy, std::size_t at) const;
  void move_page_address(const Copy& copy, std::size_t at) const;

  Processor m_processor;
  std::string_view m_old;
  Moves m_moves;
};

}  // namespace delta
