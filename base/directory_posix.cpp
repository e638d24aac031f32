#include "base/error.hpp"
#include "base/file.hpp"
#include "base/interrupted.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace base {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

// Gives a new directory exactly this mode, but keeps what it inherited (set-group-id).
void set_directory_mode(const Path& directory, unsigned mode) {
  struct stat status {};
  if (stat(directory.c_str(), &status) != 0) {
    throw system_error(directory.native(), errno);
  }
  const mode_t wanted = (status.st_mode & 07000U) | static_cast<mode_t>(mode);
  if ((status.st_mode & 07777U) != wanted &&
      uninterrupted([&] { return chmod(directory.c_str(), wanted); }) != 0) {
    throw system_error(cat("set the mode of ", directory.native()), errno);
  }
}

bool leads_to_directory(const Path& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::optional<FileDescriptor> lock_exclusively(FileDescriptor file, const Path& name_for_errors) {
  while (flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return std::nullopt;
    }
    if (errno != EINTR) {
      const int error_number = errno;
      const bool is_lasting = error_number == ENOLCK || error_number == ENOSYS ||
                              error_number == EOPNOTSUPP || error_number == EINVAL;
      if (is_lasting) {
        throw Error(Errc::cannot_write,
                    cat("the file system of ", name_for_errors.native(), " cannot lock files (",
                        std::generic_category().message(error_number),
                        "); choose a folder on a local disk"));
      }
      throw system_error(cat("lock ", name_for_errors.native()), error_number);
    }
  }
  return file;
}

// Is the open file still the one of that name? Its last owner may have removed it between our
// open() and our lock, which nobody else would see then.
bool is_named(const FileDescriptor& file, const Path& path) {
  struct stat held {};
  struct stat named {};
  return fstat(file.number(), &held) == 0 && stat(path.c_str(), &named) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

}  // namespace

void make_directories(const Path& directory, unsigned mode) {
  if (directory.empty() || leads_to_directory(directory)) {
    return;
  }
  // "a/b/" has the parent "a/b".
  const Path parent = directory.parent_path();
  if (parent != directory) {
    make_directories(parent, mode);
  }
  if (uninterrupted([&] { return mkdir(directory.c_str(), static_cast<mode_t>(mode)); }) != 0) {
    const int error_number = errno;
    if (error_number == EEXIST && leads_to_directory(directory)) {
      return;
    }
    throw system_error(cat("create the directory ", directory.native()),
                       error_number == EEXIST ? ENOTDIR : error_number);
  }
  set_directory_mode(directory, mode);
  sync_directory(parent);
}

void remove_if_exists(const Path& file) {
  if (uninterrupted([&] { return unlink(file.c_str()); }) != 0 && errno != ENOENT &&
      errno != ENOTDIR) {
    throw system_error(cat("remove ", file.native()), errno);
  }
}

void remove_tree(const Path& directory) {
  // Relative to descriptors and never through a link (libstdc++ 12 and newer).
  std::error_code error;
  do {
    std::filesystem::remove_all(directory, error);
  } while (error == std::errc::interrupted);
  if (error && error != std::errc::no_such_file_or_directory) {
    throw system_error(cat("remove ", directory.native()), error.value());
  }
}

std::vector<std::string> list_directory(const Path& directory) {
  const Path path = directory.empty() ? Path(".") : directory;
  const std::unique_ptr<DIR, CloseDirectory> open_directory(opendir(path.c_str()));
  std::vector<std::string> names;
  if (open_directory == nullptr) {
    if (errno == ENOENT) {
      return names;
    }
    throw system_error(cat("list ", path.native()), errno);
  }
  for (;;) {
    errno = 0;
    const dirent* const entry = readdir(open_directory.get());  // NOLINT: one thread a stream
    if (entry == nullptr) {
      if (errno != 0) {
        throw system_error(cat("list ", path.native()), errno);
      }
      break;
    }
    const std::string_view name(static_cast<const char*>(entry->d_name));
    if (name != "." && name != "..") {
      names.emplace_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

TemporaryDirectory::TemporaryDirectory(const Path& parent, std::string_view prefix) {
  for (int attempt = 0; attempt < kMaxRandomNames; ++attempt) {
    const Path path = parent / cat(prefix, random_hex(8));
    if (uninterrupted([&] { return mkdir(path.c_str(), 0700); }) == 0) {
      m_path = path;
      return;
    }
    if (errno != EEXIST) {
      throw system_error(cat("create the directory ", path.native()), errno);
    }
  }
  throw Error(Errc::internal, cat("no free temporary name in ", parent.native()));
}

TemporaryDirectory::~TemporaryDirectory() {
  if (!m_path.empty()) {
    std::error_code ignored;  // a destructor has nobody to tell
    std::filesystem::remove_all(m_path, ignored);
  }
}

std::optional<FileLock> FileLock::try_acquire(const Path& lock_file) {
  for (;;) {
    FileDescriptor file(uninterrupted([&] {
      return open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    }));
    if (!file.is_open() && errno == EACCES) {
      // Somebody else's file: reading is enough for a lock.
      file =
          FileDescriptor(open(lock_file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    }
    if (!file.is_open()) {
      throw system_error(cat("open the lock ", lock_file.native()), errno);
    }
    std::optional<FileDescriptor> locked = lock_exclusively(std::move(file), lock_file);
    if (!locked) return std::nullopt;
    if (is_named(*locked, lock_file)) return FileLock(std::move(*locked));
  }
}

void FileLock::leave_note(std::string_view note) const {
  struct stat status {};
  if (fstat(m_file.number(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink != 1 ||
      ftruncate(m_file.number(), 0) != 0) {
    return;
  }
  const ssize_t written = pwrite(m_file.number(), note.data(), note.size(), 0);
  static_cast<void>(written);  // a note that is cut says nothing
}

std::optional<FileLock> FileLock::try_acquire_directory(const Path& directory) {
  for (;;) {
    FileDescriptor file(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file.is_open()) {
      throw system_error(cat("open the directory ", directory.native()), errno);
    }
    std::optional<FileDescriptor> locked = lock_exclusively(std::move(file), directory);
    if (!locked) return std::nullopt;
    if (is_named(*locked, directory)) return FileLock(std::move(*locked));
  }
}

}  // namespace base
