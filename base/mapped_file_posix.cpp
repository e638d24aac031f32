#include "base/error.hpp"
#include "base/mapped_file.hpp"

#include <cerrno>
#include <limits>
#include <new>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>

namespace base {
namespace {

void keep_room(const FileDescriptor& file, std::uint64_t size) {
  int result = 0;
  do {
    result = posix_fallocate(file.number(), 0, static_cast<off_t>(size));
  } while (result == EINTR);
  if (result != 0) {
    throw Error(Errc::cannot_write, system_error("keep room for a file", result).what());
  }
}

}  // namespace

MappedFile::MappedFile(const FileDescriptor& file, Access access, std::uint64_t new_size) {
  const std::uint64_t size = access == Access::write ? new_size : file_size(file);
  if (size > static_cast<std::uint64_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
    throw std::bad_alloc();
  }
  if (size == 0) {
    return;
  }
  if (access == Access::write) {
    keep_room(file, size);
  }
  const int protection = access == Access::write ? PROT_READ | PROT_WRITE : PROT_READ;
  void* const memory =
      mmap(nullptr, static_cast<std::size_t>(size), protection, MAP_SHARED, file.number(), 0);
  if (memory == MAP_FAILED) {  // NOLINT: the system's macro has a C cast
    if (errno == ENOMEM) {
      throw std::bad_alloc();
    }
    throw Error(Errc::cannot_write, system_error("map a file into memory", errno).what());
  }
  m_bytes = static_cast<char*>(memory);
  m_size = static_cast<std::size_t>(size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : m_bytes(std::exchange(other.m_bytes, nullptr)), m_size(std::exchange(other.m_size, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(m_bytes, other.m_bytes);
  std::swap(m_size, other.m_size);
  return *this;
}

MappedFile::~MappedFile() {
  if (m_bytes != nullptr) {
    munmap(m_bytes, m_size);
  }
}

}  // namespace base
