#include "base/error.hpp"
#include "base/text.hpp"
#include "base/unpack_directory.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

namespace base {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// The kernel's own promise not to leave `root` (Linux 5.6); not open where there is no such call.
FileDescriptor open_beneath([[maybe_unused]] const FileDescriptor& root,
                            [[maybe_unused]] const std::string& path) {
#ifdef SYS_openat2
  open_how how{};
  how.flags = static_cast<unsigned>(kDirectoryFlags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return FileDescriptor(
      static_cast<int>(syscall(SYS_openat2, root.number(), path.c_str(), &how, sizeof how)));
#else
  errno = ENOSYS;
  return {};
#endif
}

// The same, one part at a time.
FileDescriptor open_part_by_part(const FileDescriptor& root, const std::string& path) {
  FileDescriptor directory(fcntl(root.number(), F_DUPFD_CLOEXEC, 0));
  for (const std::string_view part : split(path, '/')) {
    if (!directory.is_open()) {
      return {};
    }
    directory =
        FileDescriptor(openat(directory.number(), std::string(part).c_str(), kDirectoryFlags));
  }
  return directory;
}

[[noreturn]] void fail(const std::string& path, int error_number) {
  if (error_number == EEXIST || error_number == ELOOP || error_number == ENOTDIR) {
    throw Error(Errc::untrusted, cat(path, ": the name is taken where it is unpacked"));
  }
  throw Error(Errc::cannot_write, system_error(cat("unpack ", path), error_number).what());
}

}  // namespace

UnpackDirectory::UnpackDirectory(const Path& root)
    : m_root(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!m_root.is_open()) {
    throw system_error(cat("open the directory ", root.native()), errno);
  }
}

FileDescriptor UnpackDirectory::open_directory(const std::string& path) const {
  FileDescriptor directory = open_beneath(m_root, path);
  if (!directory.is_open() && (errno == ENOSYS || errno == EPERM)) {
    directory = open_part_by_part(m_root, path);
  }
  return directory;
}

// An open directory that holds, or will hold, the last part of `path`.
FileDescriptor UnpackDirectory::parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) {
    return FileDescriptor(fcntl(m_root.number(), F_DUPFD_CLOEXEC, 0));
  }
  const std::string parent = path.substr(0, slash);
  make_directory(parent);
  FileDescriptor directory = open_directory(parent);
  if (!directory.is_open()) {
    fail(path, errno);
  }
  return directory;
}

void UnpackDirectory::make_directory(const std::string& path) {
  if (m_directories.contains(path)) {
    return;
  }
  const FileDescriptor parent = parent_of(path);
  const std::string name = path.substr(path.rfind('/') + 1);
  if (mkdirat(parent.number(), name.c_str(), 0755) != 0) {
    fail(path, errno);
  }
  m_directories.insert(path);
  const FileDescriptor directory(openat(parent.number(), name.c_str(), kDirectoryFlags));
  if (!directory.is_open() || fchmod(directory.number(), 0755) != 0) {
    fail(path, errno);
  }
}

FileDescriptor UnpackDirectory::create_file(const std::string& path) {
  const FileDescriptor parent = parent_of(path);
  const std::string name = path.substr(path.rfind('/') + 1);
  FileDescriptor file(openat(parent.number(), name.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) {
    fail(path, errno);
  }
  return file;
}

void UnpackDirectory::finish_file(const FileDescriptor& file, const std::string& path,
                                  bool executable) {
  if (fchmod(file.number(), executable ? 0755 : 0644) != 0) {
    fail(path, errno);
  }
  sync_file(file, path);
}

void UnpackDirectory::sync_directories() {
  for (const std::string& path : m_directories) {
    const FileDescriptor directory = open_directory(path);
    if (!directory.is_open()) {
      fail(path, errno);
    }
    sync_file(directory, path);
  }
  sync_file(m_root, ".");
}

}  // namespace base
