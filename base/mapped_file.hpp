#pragma once

#include "base/file.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace base {

// The bytes of an open regular file, as memory that the system may take back at any time: large
// files cost no room of their own. Somebody who cuts the file short while it is mapped ends this
// process (SIGBUS), so map only what nobody else writes.
class MappedFile {
 public:
  enum class Access { read, write };
  // The whole file as it is now. Throws Errc::cannot_write where the system cannot map it, and
  // std::bad_alloc where there is no room for it among the addresses.
  explicit MappedFile(const FileDescriptor& file) : MappedFile(file, Access::read, 0) {}
  // An empty file becomes `size` zeros, whose room on the disk is kept free at once: Errc::
  // cannot_write where there is none, so that writing to the memory cannot fail. What is written is
  // in the file when this is destroyed, and flushed by sync_file().
  static MappedFile for_writing(const FileDescriptor& file, std::uint64_t size) {
    return MappedFile(file, Access::write, size);
  }
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::string_view view() const { return {m_bytes, m_size}; }
  // Only of one that is for writing.
  [[nodiscard]] char* data() { return m_bytes; }
  [[nodiscard]] std::size_t size() const { return m_size; }

 private:
  MappedFile(const FileDescriptor& file, Access access, std::uint64_t new_size);

  char* m_bytes = nullptr;
  std::size_t m_size = 0;
};

}  // namespace base
