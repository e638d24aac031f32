#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace base {

void write_new_file(const Path& target, std::string_view bytes, unsigned mode) {
  const FileDescriptor file(
      open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file.is_open()) {
    if (errno == EEXIST) {
      throw Error(Errc::conflict, cat(target.native(), " exists already and is not overwritten"));
    }
    throw system_error(cat("create ", target.native()), errno);
  }
  try {
    if (fchmod(file.number(), mode) != 0) {
      throw system_error(cat("set the mode of ", target.native()), errno);
    }
    write_all(file, bytes, target);
    sync_file(file, target);
    sync_directory(target.has_parent_path() ? target.parent_path() : Path("."));
  } catch (const Error&) {
    (void)unlink(target.c_str());
    throw;
  }
}

}  // namespace base
