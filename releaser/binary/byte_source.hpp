#pragma once

#include "base/file.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace releaser {

// The bytes of one binary, read by position in small windows: an open file of any size, or a text
// in memory. Nothing is ever read outside of it, and the whole is never in memory.
class ByteSource {
 public:
  // Both are borrowed and must outlive the source.
  explicit ByteSource(const base::FileDescriptor& file);
  explicit ByteSource(std::string_view bytes) : m_memory(bytes), m_size(bytes.size()) {}

  [[nodiscard]] std::uint64_t size() const { return m_size; }
  // Do [offset, offset + length) lie inside? No sum can overflow.
  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t length) const {
    return offset <= m_size && length <= m_size - offset;
  }
  // Exactly these bytes. Throws Errc::config "truncated: <what> ends at byte 10 but the file has 5"
  // where they are not all inside, and for more than kMaxRead at once.
  [[nodiscard]] std::string read(std::uint64_t offset, std::uint64_t length,
                                 std::string_view what) const;
  // As many of them as there are.
  [[nodiscard]] std::string read_up_to(std::uint64_t offset, std::size_t length) const;
  // The text that starts here and ends before the first NUL. Throws Errc::config where none comes
  // within `max_length` bytes.
  [[nodiscard]] std::string read_text(std::uint64_t offset, std::size_t max_length,
                                      std::string_view what) const;
  // Throws like read() but reads nothing.
  void require(std::uint64_t offset, std::uint64_t length, std::string_view what) const;

  // A part as a source of its own, with positions from its first byte. Throws like read().
  [[nodiscard]] ByteSource part(std::uint64_t offset, std::uint64_t length,
                                std::string_view what) const;

  static constexpr std::size_t kMaxRead = std::size_t{1024} * 1024;

 private:
  std::string_view m_memory;
  int m_file = -1;
  std::uint64_t m_start = 0;
  std::uint64_t m_size = 0;
};

}  // namespace releaser
