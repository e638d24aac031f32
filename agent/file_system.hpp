#pragma once

#include "base/file.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace agent {

// What the system says of the file system under an existing folder, and of processes. OS calls:
// file_system_posix.cpp.
struct FileSystemFacts {
  std::uint64_t available_bytes = 0;  // for this user
  bool read_only = false;
  bool no_exec = false;
};
FileSystemFacts inspect_file_system(const base::Path& directory);

// May this process make files in an existing folder?
bool may_write(const base::Path& directory);

// Makes two existing paths of one file system trade places, in one step where the system can.
// Throws Errc::cannot_write.
void exchange_paths(const base::Path& one, const base::Path& other);

// Does a process of this user run a program below `directory`? False where the system cannot tell.
bool is_program_running_below(const base::Path& directory);

// A file-size limit, and a pipe that nobody reads any more, become errors of write() instead of our
// end by SIGXFSZ or SIGPIPE in the middle of a change.
void outlive_failed_writes();

// The path of this program, absolute, also where its file was removed or replaced meanwhile.
base::Path own_executable();

// Adds to the end of a file that is there or is made; it keeps its inode and its mode. Throws
// Errc::cannot_write.
void append_to_file(const base::Path& file, std::string_view text);

// Sets exactly this mode.
void set_file_mode(const base::Path& file, unsigned mode);

struct FileKind {
  bool regular = false;  // not followed: a link is not regular
  bool writable = false;
  unsigned mode = 0644;
  std::uint64_t links = 1;
};
// Nothing where there is no such name.
std::optional<FileKind> inspect_file(const base::Path& path);

}  // namespace agent
