#include "delta/operands.hpp"

#include <algorithm>
#include <array>

namespace delta {
namespace {

unsigned byte_at(std::span<const char> bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint32_t word_at(std::span<const char> bytes, std::size_t at) {
  return byte_at(bytes, at) | byte_at(bytes, at + 1) << 8U | byte_at(bytes, at + 2) << 16U |
         byte_at(bytes, at + 3) << 24U;
}

void put_word(std::span<char> bytes, std::size_t at, std::uint32_t word) {
  for (std::size_t i = 0; i < 4; ++i, word >>= 8U)
    bytes[at + i] = static_cast<char>(static_cast<unsigned char>(word & 0xFFU));
}

// A few bits of a word of code.
struct Field {
  unsigned first, count;

  [[nodiscard]] std::uint32_t of(std::uint32_t word) const {
    return word >> first & ((std::uint32_t{1} << count) - 1);
  }
  // The word with the lowest bits of `value` in this field.
  [[nodiscard]] std::uint32_t put(std::uint32_t word, std::int64_t value) const {
    const std::uint32_t mask = ((std::uint32_t{1} << count) - 1) << first;
    return (word & ~mask) | (static_cast<std::uint32_t>(value) << first & mask);
  }
};

std::int64_t sign_extended(std::uint32_t value, unsigned bits) {
  const std::int64_t sign = std::int64_t{1} << (bits - 1);
  return (value ^ sign) - sign;
}

// Opcodes that compilers use with [rip + disp32]: moves, comparisons, lea, calls.
constexpr std::array<bool, 256> kTakesAnAddress = [] {
  std::array<bool, 256> table{};
  for (const unsigned opcode :
       {0x10U, 0x11U, 0x15U, 0x28U, 0x29U, 0x38U, 0x39U, 0x3BU, 0x63U, 0x6EU, 0x6FU, 0x7EU,
        0x7FU, 0x80U, 0x83U, 0x89U, 0x8BU, 0x8DU, 0xB6U, 0xC6U, 0xC7U, 0xD6U, 0xFFU})
    table.at(opcode) = true;
  return table;
}();

// How many bytes stand before an operand of 32 bits in the instruction at `at`: call and jmp rel32,
// jcc rel32, and what has a ModRM byte for [rip + disp32]. 0: it has none. At least two bytes are
// there.
std::size_t bytes_before_operand(std::span<const char> code, std::size_t at) {
  const unsigned opcode = byte_at(code, at);
  if (opcode == 0xE8 || opcode == 0xE9) return 1;
  const unsigned second = byte_at(code, at + 1);
  if (opcode == 0x0F && (second & 0xF0U) == 0x80) return 2;
  return kTakesAnAddress.at(opcode) && (second & 0xC7U) == 0x05 ? 2 : 0;
}

constexpr std::size_t kWordBytes = 4;
constexpr unsigned kPageBits = 12;
constexpr std::int64_t kInPage = (std::int64_t{1} << kPageBits) - 1;
// b, bl; adr and adrp have their lowest bits apart; add, load, store.
constexpr Field kBranch{0, 26}, kPagesLow{29, 2}, kPages{5, 19}, kOffset{10, 12};
constexpr Field kTargetRegister{0, 5}, kBaseRegister{5, 5};

// An add, load or store counts its offset in units of 1 << this many bits; of others: nothing.
std::optional<unsigned> unit_bits_of_offset(std::uint32_t word) {
  const bool is_add = (word & 0xFFC00000U) == 0x91000000U;
  if (is_add) return 0;
  const bool is_load_or_store = (word & 0x3B000000U) == 0x39000000U;
  if (!is_load_or_store) return std::nullopt;
  const bool is_of_16_bytes = (word & 0xC4800000U) == 0x04800000U;
  return is_of_16_bytes ? 4 : word >> 30U;
}

}  // namespace

void Expected::fill(std::uint64_t old_position, std::uint64_t new_position,
                    std::span<char> target) const {
  const std::string_view there = m_old.substr(old_position, target.size());
  std::copy(there.begin(), there.end(), target.begin());
  const Copy copy{static_cast<std::int64_t>(old_position), static_cast<std::int64_t>(new_position),
                  target};
  if (m_processor == Processor::x86_64) move_x86_64(copy);
  if (m_processor == Processor::aarch64) move_aarch64(copy);
}

std::optional<std::int64_t> Expected::new_position_of(std::int64_t old_position) const {
  if (old_position < 0 || old_position >= static_cast<std::int64_t>(m_old.size())) {
    return std::nullopt;
  }
  return old_position + m_moves.shift_at(static_cast<std::uint64_t>(old_position));
}

void Expected::move_x86_64(const Copy& copy) const {
  for (std::size_t at = 0; at + kWordBytes < copy.bytes.size(); ++at) {
    const std::size_t operand = at + bytes_before_operand(copy.bytes, at);
    const std::size_t behind = operand + kWordBytes;
    if (operand == at || behind > copy.bytes.size()) continue;
    const std::int64_t old_origin = copy.old_position + static_cast<std::int64_t>(behind);
    const std::int64_t new_origin = copy.new_position + static_cast<std::int64_t>(behind);
    const auto goal = new_position_of(old_origin + sign_extended(word_at(copy.bytes, operand), 32));
    if (!goal) continue;
    put_word(copy.bytes, operand, static_cast<std::uint32_t>(*goal - new_origin));
    at = behind - 1;
  }
}

void Expected::move_aarch64(const Copy& copy) const {
  const auto before = static_cast<std::size_t>(copy.old_position) % kWordBytes;
  for (std::size_t at = (kWordBytes - before) % kWordBytes; at + kWordBytes <= copy.bytes.size();
       at += kWordBytes) {
    const std::uint32_t word = word_at(copy.bytes, at);
    if ((word & 0x7C000000U) == 0x14000000U) move_branch(copy, at);
    if ((word & 0x9F000000U) == 0x90000000U) move_page_address(copy, at);
  }
}

// b and bl count words from themselves.
void Expected::move_branch(const Copy& copy, std::size_t at) const {
  const std::uint32_t word = word_at(copy.bytes, at);
  const std::int64_t old_origin = copy.old_position + static_cast<std::int64_t>(at);
  const std::int64_t new_origin = copy.new_position + static_cast<std::int64_t>(at);
  const std::int64_t distance = sign_extended(kBranch.of(word), kBranch.count) * 4;
  if (const auto goal = new_position_of(old_origin + distance)) {
    put_word(copy.bytes, at, kBranch.put(word, (*goal - new_origin) >> 2U));
  }
}

// adrp counts pages from its own, and what comes next says where in the page.
void Expected::move_page_address(const Copy& copy, std::size_t at) const {
  if (at + 2 * kWordBytes > copy.bytes.size()) return;
  const std::uint32_t word = word_at(copy.bytes, at);
  const std::uint32_t next = word_at(copy.bytes, at + kWordBytes);
  const std::optional<unsigned> unit_bits = unit_bits_of_offset(next);
  if (!unit_bits || kBaseRegister.of(next) != kTargetRegister.of(word)) return;
  const std::int64_t old_page = (copy.old_position + static_cast<std::int64_t>(at)) >> kPageBits;
  const std::int64_t new_page = (copy.new_position + static_cast<std::int64_t>(at)) >> kPageBits;
  const std::int64_t pages = sign_extended(kPages.of(word) << 2U | kPagesLow.of(word), 21);
  const std::int64_t offset = std::int64_t{kOffset.of(next)} << *unit_bits;
  const auto goal = new_position_of((old_page + pages) * (kInPage + 1) + offset);
  if (!goal) return;
  const std::int64_t new_pages = (*goal >> kPageBits) - new_page;
  put_word(copy.bytes, at, kPages.put(kPagesLow.put(word, new_pages), new_pages >> 2U));
  put_word(copy.bytes, at + kWordBytes, kOffset.put(next, (*goal & kInPage) >> *unit_bits));
}

}  // namespace delta
