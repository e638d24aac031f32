#pragma once

#include <cstddef>
#include <string_view>

namespace base {

// Memory for large contents: all zeros at first, pages that nobody touches take no room, and it
// goes back to the system at once (the allocator of a thread keeps what it once had).
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size);  // throws std::bad_alloc
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer();

  [[nodiscard]] char* data() { return m_bytes; }
  [[nodiscard]] std::size_t size() const { return m_size; }
  [[nodiscard]] std::string_view view() const { return {m_bytes, m_size}; }

 private:
  char* m_bytes = nullptr;
  std::size_t m_size = 0;
};

}  // namespace base
