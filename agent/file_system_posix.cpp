#include "agent/file_system.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <set>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace agent {

FileSystemFacts inspect_file_system(const base::Path& directory) {
  struct statvfs status {};
  if (statvfs(directory.c_str(), &status) != 0) {
    throw base::system_error(directory.native(), errno);
  }
  FileSystemFacts facts;
  facts.available_bytes =
      static_cast<std::uint64_t>(status.f_bavail) * static_cast<std::uint64_t>(status.f_frsize);
  facts.read_only = (status.f_flag & ST_RDONLY) != 0;
#ifdef ST_NOEXEC
  facts.no_exec = (status.f_flag & ST_NOEXEC) != 0;
#endif
  return facts;
}

bool may_write(const base::Path& directory) { return access(directory.c_str(), W_OK | X_OK) == 0; }

void exchange_paths(const base::Path& one, const base::Path& other) {
#if defined(__linux__) && defined(RENAME_EXCHANGE)
  if (renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0) {
    return;
  }
  if (errno != ENOSYS && errno != EINVAL) {
    throw base::system_error(base::cat("put in place ", other.native()), errno);
  }
#endif
  // A file system that cannot exchange: three renames, with a short moment in between. What stood
  // there was damaged, and the journal tells the next start.
  const base::Path aside = one.parent_path() / (one.filename().native() + ".old");
  base::rename_durably(other, aside);
  base::rename_durably(one, other);
  base::rename_durably(aside, one);
}

namespace {

#ifdef __linux__
using FileNumber = std::pair<dev_t, ino_t>;

// A program is known by its number: a container or another mount has another path for it.
std::set<FileNumber> file_numbers_below(const base::Path& directory) {
  std::set<FileNumber> numbers;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(directory, error), end;
       !error && entry != end; entry.increment(error)) {
    struct stat status {};
    if (lstat(entry->path().c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
      numbers.emplace(status.st_dev, status.st_ino);
    }
  }
  return numbers;
}
#endif

}  // namespace

bool is_program_running_below(const base::Path& directory) {
#ifdef __linux__
  const std::set<FileNumber> numbers = file_numbers_below(directory);
  for (const std::string& process : base::list_directory("/proc")) {
    if (!base::parse_decimal(process)) {
      continue;
    }
    // Follows to the very file, removed or not. Another user's process is not ours to look into,
    // and does not run our files by right.
    struct stat status {};
    const base::Path program = base::Path("/proc") / process / "exe";
    if (stat(program.c_str(), &status) == 0 && numbers.contains({status.st_dev, status.st_ino})) {
      return true;
    }
  }
#else
  static_cast<void>(directory);
#endif
  return false;
}

void outlive_failed_writes() {
  static_cast<void>(signal(SIGXFSZ, SIG_IGN));
  static_cast<void>(signal(SIGPIPE, SIG_IGN));
}

base::Path own_executable() {
  std::string text = base::read_symlink_if_exists("/proc/self/exe").value_or(base::Path()).native();
  constexpr std::string_view kDeleted = " (deleted)";
  if (text.ends_with(kDeleted)) {
    text.resize(text.size() - kDeleted.size());
  }
  return text;
}

void append_to_file(const base::Path& file, std::string_view text) {
  const base::FileDescriptor open_file(
      open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644));
  if (!open_file.is_open()) {
    throw base::system_error(base::cat("write ", file.native()), errno);
  }
  base::write_all(open_file, text, file);
}

void set_file_mode(const base::Path& file, unsigned mode) {
  if (chmod(file.c_str(), static_cast<mode_t>(mode)) != 0) {
    throw base::system_error(base::cat("set the mode of ", file.native()), errno);
  }
}

std::optional<FileKind> inspect_file(const base::Path& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) {
    return std::nullopt;
  }
  FileKind kind;
  kind.regular = S_ISREG(status.st_mode);
  kind.writable = kind.regular && access(path.c_str(), W_OK) == 0;
  kind.mode = status.st_mode & 07777U;
  kind.links = static_cast<std::uint64_t>(status.st_nlink);
  return kind;
}

}  // namespace agent
