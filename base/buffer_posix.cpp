#include "base/buffer.hpp"

#include <new>
#include <utility>

#include <sys/mman.h>

namespace base {

Buffer::Buffer(std::size_t size) : m_size(size) {
  if (size == 0) {
    return;
  }
  void* const memory =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {  // NOLINT: the system's macro has a C cast
    throw std::bad_alloc();
  }
  m_bytes = static_cast<char*>(memory);
}

Buffer::Buffer(Buffer&& other) noexcept
    : m_bytes(std::exchange(other.m_bytes, nullptr)), m_size(std::exchange(other.m_size, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  std::swap(m_bytes, other.m_bytes);
  std::swap(m_size, other.m_size);
  return *this;
}

Buffer::~Buffer() {
  if (m_bytes != nullptr) {
    munmap(m_bytes, m_size);
  }
}

}  // namespace base
