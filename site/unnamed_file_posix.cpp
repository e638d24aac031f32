#include "base/error.hpp"
#include "base/text.hpp"
#include "site/unnamed_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>

#include <fcntl.h>
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

void empty_file(const base::FileDescriptor& file, const base::Path& name_for_errors) {
  if (ftruncate(file.number(), 0) != 0 || lseek(file.number(), 0, SEEK_SET) != 0) {
    throw base::system_error(name_for_errors.string(), errno);
  }
}

}  // namespace site
