#include "base/error.hpp"
#include "base/text.hpp"
#include "site/part_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace site {

base::FileDescriptor make_unnamed_file(const base::Path& directory) {
  base::FileDescriptor file(
      open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, S_IRUSR | S_IWUSR));
  if (file.is_open()) return file;
  // Some file systems (overlays, NFS) cannot make a file without a name: then it loses its name.
  std::string name = (directory / ".archive.XXXXXX").string();
  base::FileDescriptor named(mkostemp(name.data(), O_CLOEXEC));
  if (!named.is_open()) {
    throw base::system_error(base::cat("make a file in ", directory.string()), errno);
  }
  if (unlink(name.c_str()) != 0) throw base::system_error(base::cat("unlink ", name), errno);
  return named;
}

base::FileDescriptor open_kept_file(const base::Path& path) {
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  base::FileDescriptor kept(open(path.c_str(), kFlags));
  if (kept.is_open()) {
    struct stat status {};
    const bool is_own = fstat(kept.number(), &status) == 0 && S_ISREG(status.st_mode) &&
                        status.st_uid == geteuid() && status.st_nlink == 1 &&
                        (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    if (is_own) return kept;
  }
  base::remove_tree(path);
  base::FileDescriptor made(open(path.c_str(), kFlags | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR));
  if (!made.is_open()) throw base::system_error(base::cat("make ", path.string()), errno);
  return made;
}

void keep_first_bytes(const base::FileDescriptor& file, std::uint64_t size,
                      const base::Path& name_for_errors) {
  const auto end = static_cast<off_t>(size);
  if (ftruncate(file.number(), end) != 0 || lseek(file.number(), end, SEEK_SET) != end) {
    throw base::system_error(name_for_errors.string(), errno);
  }
}

void reserve_room(const base::FileDescriptor& file, std::uint64_t size,
                  const base::Path& name_for_errors) {
#ifdef FALLOC_FL_KEEP_SIZE
  if (size == 0) return;
  int result = 0;
  do {
    result = fallocate(file.number(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size));
  } while (result != 0 && errno == EINTR);
  if (result == 0 || errno == EOPNOTSUPP || errno == ENOSYS) return;
  throw base::system_error(base::cat("make room in ", name_for_errors.string()), errno);
#else
  static_cast<void>(file);
  static_cast<void>(size);
  static_cast<void>(name_for_errors);
#endif
}

std::uint64_t bytes_on_disk(const base::Path& path) {
  constexpr std::uint64_t kBlockBytes = 512;  // the unit of st_blocks, whatever the file system
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  return static_cast<std::uint64_t>(status.st_blocks) * kBlockBytes;
}

}  // namespace site
