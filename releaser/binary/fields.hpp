#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace releaser {

enum class ByteOrder { little, big };

// The numbers in a block of bytes that was read from a binary. A position outside of the block is a
// mistake of the reader, not of the file: Errc::internal.
class Fields {
 public:
  Fields(std::string bytes, ByteOrder order) : m_bytes(std::move(bytes)), m_order(order) {}

  [[nodiscard]] std::size_t size() const { return m_bytes.size(); }
  [[nodiscard]] std::uint8_t u8(std::size_t at) const {
    return static_cast<std::uint8_t>(number(at, 1));
  }
  [[nodiscard]] std::uint16_t u16(std::size_t at) const {
    return static_cast<std::uint16_t>(number(at, 2));
  }
  [[nodiscard]] std::uint32_t u32(std::size_t at) const {
    return static_cast<std::uint32_t>(number(at, 4));
  }
  [[nodiscard]] std::uint64_t u64(std::size_t at) const { return number(at, 8); }
  // Bytes [at, at + length).
  [[nodiscard]] std::string_view bytes(std::size_t at, std::size_t length) const {
    check(at, length);
    return std::string_view(m_bytes).substr(at, length);
  }
  // A text that fills its field or ends at a NUL.
  [[nodiscard]] std::string_view text(std::size_t at, std::size_t length) const {
    const auto field = bytes(at, length);
    return field.substr(0, field.find('\0'));
  }

 private:
  void check(std::size_t at, std::size_t length) const {
    if (at > m_bytes.size() || length > m_bytes.size() - at) {
      throw base::Error(base::Errc::internal, "a field outside of its block");
    }
  }
  [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t width) const {
    check(at, width);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const auto place = m_order == ByteOrder::little ? width - 1 - i : i;
      value = value << 8 | static_cast<unsigned char>(m_bytes[at + place]);
    }
    return value;
  }

  std::string m_bytes;
  ByteOrder m_order;
};

}  // namespace releaser
