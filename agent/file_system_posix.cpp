#include "agent/file_system.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <system_error>

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

bool is_program_running_below(const base::Path& directory) {
#ifdef __linux__
  // The system tells the path without links.
  std::error_code error;
  const base::Path real = std::filesystem::canonical(directory, error);
  const std::string prefix = (error ? directory : real).native() + '/';
  for (const std::string& process : base::list_directory("/proc")) {
    if (!base::parse_decimal(process)) {
      continue;
    }
    try {
      const auto program = base::read_symlink_if_exists(base::Path("/proc") / process / "exe");
      if (program && program->native().starts_with(prefix)) {
        return true;
      }
    } catch (const base::Error&) {
      // Another user's process: not ours to look into, and it does not run our files by right.
      continue;
    }
  }
#else
  static_cast<void>(directory);
#endif
  return false;
}

void report_file_size_limit() { static_cast<void>(signal(SIGXFSZ, SIG_IGN)); }

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
