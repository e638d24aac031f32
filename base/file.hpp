#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

using Path = std::filesystem::path;
// Where bytes go as they arrive; throws to stop the sender.
using ByteSink = std::function<void(std::string_view bytes)>;

// Owns an open file; closes it. Every descriptor of the project is close-on-exec.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : m_number(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : m_number(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor();

  [[nodiscard]] int number() const { return m_number; }
  [[nodiscard]] bool is_open() const { return m_number >= 0; }
  int release();

 private:
  int m_number = -1;
};

// Opens a regular file for reading and refuses anything else (directory, FIFO, device, a file that
// may not be read: Errc::config). Never blocks on a FIFO. Throws Errc::not_found if there is none,
// or only a link to nothing.
FileDescriptor open_regular_file(const Path& path);
std::uint64_t file_size(const FileDescriptor& file);

enum class Links { followed, not_followed };
// What stands under a name; file_type::not_found where nothing does. Throws Errc::config where that
// cannot be seen, for example because a folder above it may not be entered.
std::filesystem::file_type type_of(const Path& path, Links links = Links::followed);

// Reads a whole regular file. Throws Errc::not_found if there is none, Errc::config if it is larger
// than `max_bytes`.
std::string read_file(const Path& path, std::size_t max_bytes);
// The same of a file that is open already, from its first byte; its offset is not used, and errors
// do not name it.
std::string read_file(const FileDescriptor& file, std::size_t max_bytes);
std::optional<std::string> read_file_if_exists(const Path& path, std::size_t max_bytes);
// Reads up to `size` bytes at an offset, as pread(2): fewer at the end of the file, then 0. The
// descriptor's own offset is neither used nor moved.
std::size_t read_at(const FileDescriptor& file, char* buffer, std::size_t size,
                    std::uint64_t offset);
// Sends a file's bytes to `sink` in pieces, from the first byte; the descriptor's offset is not
// used.
void stream_file(const FileDescriptor& file, const ByteSink& sink);

// Writes all bytes at the descriptor's offset or throws cannot_write; never a short write.
void write_all(const FileDescriptor& file, std::string_view bytes, const Path& name_for_errors);

enum class Durability { flushed, none };

// A file that appears whole or not at all: written as ".<name>.<random>.tmp" in the target's
// directory, then fsync, close, rename, fsync of the directory. Its mode is `mode` whatever the
// umask. Destroyed without commit(), it leaves nothing.
class AtomicFile {
 public:
  explicit AtomicFile(Path target, unsigned mode = 0644,
                      Durability durability = Durability::flushed);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::string_view bytes);
  [[nodiscard]] const FileDescriptor& descriptor() const { return m_file; }
  void commit();

 private:
  Path m_target;
  Path m_temporary;
  FileDescriptor m_file;
  Durability m_durability;
};

// A file that must not exist yet: its bytes are flushed, and so is its directory. Throws
// Errc::conflict where there is something under that name; what could not be written whole is
// removed.
void write_new_file(const Path& target, std::string_view bytes, unsigned mode = 0644);

void write_file_atomically(const Path& target, std::string_view bytes, unsigned mode = 0644,
                           Durability durability = Durability::flushed);

// ".<name>.<16 hexadecimal digits>.tmp": what AtomicFile and replace_symlink leave when a kill
// comes between.
bool is_temporary_name(std::string_view name);
// Removes the files and links of such names in one directory. Only under the lock that says that
// nobody else is writing there.
void remove_stale_temporaries(const Path& directory);

void sync_file(const FileDescriptor& file, const Path& name_for_errors);
void sync_directory(const Path& directory);
// rename(2), then fsync of both directories. No copy where the two are on different file systems:
// Errc::cannot_write.
void rename_durably(const Path& from, const Path& to);
// Points the symbolic link `link` at `target` by one rename of a temporary link; fsyncs the
// directory.
void replace_symlink(const Path& link, const Path& target);
std::optional<Path> read_symlink_if_exists(const Path& link);

// mkdir -p with exactly this mode for what is new, whatever the umask; fsyncs each parent that got
// a new entry.
void make_directories(const Path& directory, unsigned mode = 0755);
void remove_if_exists(const Path& file);
void remove_tree(const Path& directory);
// Names of the entries of a directory, sorted by bytes; empty if there is no such directory.
std::vector<std::string> list_directory(const Path& directory);

// A directory of one's own (mode 0700), removed with all that is in it on destruction unless
// released.
class TemporaryDirectory {
 public:
  // `parent`/<prefix><random>
  TemporaryDirectory(const Path& parent, std::string_view prefix);
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  [[nodiscard]] const Path& path() const { return m_path; }
  void release() { m_path.clear(); }

 private:
  Path m_path;
};

// An exclusive flock(2), held until destruction. It never unlinks the file.
class FileLock {
 public:
  // Creates the file if need be. Nothing if another process holds it. It is the file of that name
  // when the lock is got, even where its last owner removed it.
  static std::optional<FileLock> try_acquire(const Path& lock_file);
  // The lock on a directory's own descriptor, so that no stray file appears in it. It is the
  // directory of that name when the lock is got, even where its last owner removed it.
  static std::optional<FileLock> try_acquire_directory(const Path& directory);

  // Makes `note` all that the lock file holds, for people who wait: not flushed, and left out where
  // the file cannot be written, or has a second name.
  void leave_note(std::string_view note) const;

 private:
  explicit FileLock(FileDescriptor file) : m_file(std::move(file)) {}
  FileDescriptor m_file;
};

}  // namespace base
