#include "releaser/binary/byte_source.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

namespace releaser {

using base::cat;
using base::Errc;
using base::Error;

ByteSource::ByteSource(const base::FileDescriptor& file)
    : m_file(file.number()), m_size(base::file_size(file)) {}

void ByteSource::require(std::uint64_t offset, std::uint64_t length, std::string_view what) const {
  if (holds(offset, length)) return;
  if (length > UINT64_MAX - offset) {
    throw Error(Errc::config, cat("damaged: ", what, " lies beyond any file"));
  }
  throw Error(Errc::config, cat("truncated: ", what, " ends at byte ", offset + length,
                                " but the file has ", m_size));
}

ByteSource ByteSource::part(std::uint64_t offset, std::uint64_t length,
                            std::string_view what) const {
  require(offset, length, what);
  ByteSource part = *this;
  part.m_start += offset;
  part.m_size = length;
  return part;
}

std::string ByteSource::read_up_to(std::uint64_t offset, std::size_t length) const {
  if (offset >= m_size) return {};
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, m_size - offset));
  const auto start = m_start + offset;
  if (m_file < 0) return std::string(m_memory.substr(static_cast<std::size_t>(start), wanted));
  std::string bytes(wanted, '\0');
  std::size_t done = 0;
  while (done < wanted) {
    const auto got =
        ::pread(m_file, bytes.data() + done, wanted - done, static_cast<off_t>(start + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw base::system_error("read", errno);
    if (got == 0) break;  // somebody cuts the file while we read
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

std::string ByteSource::read(std::uint64_t offset, std::uint64_t length,
                             std::string_view what) const {
  require(offset, length, what);
  if (length > kMaxRead) {
    throw Error(Errc::config,
                cat("damaged: ", what, " has ", length, " bytes, more than any ", "program needs"));
  }
  auto bytes = read_up_to(offset, static_cast<std::size_t>(length));
  if (bytes.size() != length) {
    throw Error(Errc::config, "the file changes while it is read; wait for whoever writes it");
  }
  return bytes;
}

std::string ByteSource::read_text(std::uint64_t offset, std::size_t max_length,
                                  std::string_view what) const {
  auto bytes = read_up_to(offset, max_length + 1);
  const auto end = bytes.find('\0');
  if (end == std::string::npos) {
    throw Error(Errc::config, cat("damaged: ", what, " has no end within ", max_length, " bytes"));
  }
  bytes.resize(end);
  return bytes;
}

}  // namespace releaser
