#include "base/error.hpp"
#include "base/file.hpp"
#include "base/interrupted.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace base {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} * 1024;

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) {
    return "a directory";
  }
  if (S_ISFIFO(mode)) {
    return "a named pipe";
  }
  if (S_ISSOCK(mode)) {
    return "a socket";
  }
  return "a device";
}

// What kept a file from being read: the input is wrong, not the disk that we write to.
Error reading_error(const Path& path, int error_number) {
  if (error_number == ENOENT || error_number == ENOTDIR) {
    struct stat link {};
    if (lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode)) {
      return {Errc::not_found, cat(path.native(), ": a link to a file that does not exist")};
    }
    return {Errc::not_found, cat(path.native(), ": no such file")};
  }
  const Error error = system_error(path.native(), error_number);
  return {error.code() == Errc::cannot_write ? Errc::config : error.code(), error.what()};
}

void require_regular(const Path& path, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) {
    throw Error(Errc::config,
                cat(path.native(), ": ", kind_of(status.st_mode), ", not a regular file"));
  }
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    const FileDescriptor old(release());
    m_number = other.release();
  }
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (m_number >= 0) {
    close(m_number);
  }
}

int FileDescriptor::release() { return std::exchange(m_number, -1); }

FileDescriptor open_regular_file(const Path& path) {
  // Looked at before it is opened, since opening a device may already do something; and again
  // after, since another file may have taken the name.
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    throw reading_error(path, errno);
  }
  require_regular(path, status);
  FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) {
    throw reading_error(path, errno);
  }
  if (fstat(file.number(), &status) != 0) {
    throw reading_error(path, errno);
  }
  require_regular(path, status);
  return file;
}

std::uint64_t file_size(const FileDescriptor& file) {
  struct stat status {};
  if (fstat(file.number(), &status) != 0) {
    throw system_error("fstat", errno);
  }
  return static_cast<std::uint64_t>(status.st_size);
}

std::filesystem::file_type type_of(const Path& path, Links links) {
  std::error_code error;
  const auto status = links == Links::followed ? std::filesystem::status(path, error)
                                               : std::filesystem::symlink_status(path, error);
  if (status.type() == std::filesystem::file_type::none) {
    throw reading_error(path, error.value());
  }
  return status.type();
}

std::string read_file(const FileDescriptor& file, std::size_t max_bytes) {
  const std::uint64_t size = file_size(file);
  if (size > max_bytes) {
    throw Error(Errc::config, cat("larger than the ", max_bytes, " bytes allowed"));
  }
  // Files in /proc say 0 and have more; a file may grow while it is read.
  std::string bytes;
  std::size_t filled = 0;
  for (;;) {
    const std::size_t wanted = filled < size ? static_cast<std::size_t>(size) : filled + 4096;
    bytes.resize(std::min(wanted, max_bytes) + 1);
    const std::size_t count = read_at(file, bytes.data() + filled, bytes.size() - filled, filled);
    filled += count;
    if (filled > max_bytes) {
      throw Error(Errc::config, cat("larger than the ", max_bytes, " bytes allowed"));
    }
    if (count == 0) {
      bytes.resize(filled);
      return bytes;
    }
  }
}

std::string read_file(const Path& path, std::size_t max_bytes) {
  const FileDescriptor file = open_regular_file(path);
  return with_context(path.native(), [&] { return read_file(file, max_bytes); });
}

std::optional<std::string> read_file_if_exists(const Path& path, std::size_t max_bytes) {
  try {
    return read_file(path, max_bytes);
  } catch (const Error& error) {
    if (error.code() == Errc::not_found) {
      return std::nullopt;
    }
    throw;
  }
}

std::size_t read_at(const FileDescriptor& file, char* buffer, std::size_t size,
                    std::uint64_t offset) {
  for (;;) {
    const ssize_t count = pread(file.number(), buffer, size, static_cast<off_t>(offset));
    if (count >= 0) {
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR) {
      throw system_error("read", errno);
    }
  }
}

void stream_file(const FileDescriptor& file, const ByteSink& sink) {
  std::string piece(kPieceBytes, '\0');
  std::uint64_t offset = 0;
  for (;;) {
    const std::size_t count = read_at(file, piece.data(), piece.size(), offset);
    if (count == 0) {
      return;
    }
    sink(std::string_view(piece.data(), count));
    offset += count;
  }
}

void write_all(const FileDescriptor& file, std::string_view bytes, const Path& name_for_errors) {
  while (!bytes.empty()) {
    const ssize_t count = write(file.number(), bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) {
        continue;
      }
      throw Error(Errc::cannot_write,
                  system_error(cat("write ", name_for_errors.native()), errno).what());
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void sync_file(const FileDescriptor& file, const Path& name_for_errors) {
  if (uninterrupted([&] { return fsync(file.number()); }) != 0) {
    throw Error(Errc::cannot_write,
                system_error(cat("flush ", name_for_errors.native(), " to disk"), errno).what());
  }
}

void sync_directory(const Path& directory) {
  const Path path = directory.empty() ? Path(".") : directory;
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open()) {
    throw system_error(cat("open ", path.native()), errno);
  }
  // Some network file systems cannot flush a directory and say EINVAL; there is nothing to do then.
  if (uninterrupted([&] { return fsync(file.number()); }) != 0 && errno != EINVAL) {
    throw Error(Errc::cannot_write,
                system_error(cat("flush ", path.native(), " to disk"), errno).what());
  }
}

}  // namespace base
