#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/interrupted.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace base {
namespace {

constexpr std::size_t kMaxNameBytes = 255;  // of one component, on every file system that we meet
constexpr std::string_view kSuffix = ".tmp";
constexpr std::size_t kRandomDigits = 16;

// Where something that will be renamed to `target` is written first.
Path temporary_name(const Path& target) {
  const std::string random = random_hex(kRandomDigits / 2);
  // "." + name + "." + digits + ".tmp"
  const std::size_t room = kMaxNameBytes - 2 - kRandomDigits - kSuffix.size();
  const std::string name = target.filename().native().substr(0, room);
  return target.parent_path() / cat('.', name, '.', random, kSuffix);
}

Path parent_of(const Path& path) {
  return path.parent_path().empty() ? Path(".") : path.parent_path();
}

// A virus scanner, or a program that is being started, holds a file for a moment.
int rename_patiently(const Path& from, const Path& to) {
  constexpr int kAttempts = 5;
  std::chrono::milliseconds pause{10};
  for (int attempt = 1;; ++attempt) {
    const int result = rename(from.c_str(), to.c_str());
    const bool may_pass = errno == EBUSY || errno == ETXTBSY || errno == EACCES || errno == EINTR;
    if (result == 0 || !may_pass || attempt == kAttempts) {
      return result;
    }
    std::this_thread::sleep_for(pause);
    pause *= 2;
  }
}

}  // namespace

bool is_temporary_name(std::string_view name) {
  if (name.size() < 1 + 1 + 1 + kRandomDigits + kSuffix.size() || !name.starts_with('.') ||
      !name.ends_with(kSuffix)) {
    return false;
  }
  name.remove_suffix(kSuffix.size());
  const std::string_view digits = name.substr(name.size() - kRandomDigits);
  return name[name.size() - kRandomDigits - 1] == '.' &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

AtomicFile::AtomicFile(Path target, unsigned mode, Durability durability)
    : m_target(std::move(target)), m_durability(durability) {
  for (int attempt = 0; attempt < kMaxRandomNames && !m_file.is_open(); ++attempt) {
    m_temporary = temporary_name(m_target);
    m_file = FileDescriptor(uninterrupted([&] {
      return open(m_temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  mode & 0700U);
    }));
    if (!m_file.is_open() && errno != EEXIST) {
      const int error_number = errno;
      m_temporary.clear();
      throw system_error(cat("write ", m_target.native()), error_number);
    }
  }
  if (!m_file.is_open()) {
    throw Error(Errc::internal, cat("no free temporary name beside ", m_target.native()));
  }
  // The mode is what the caller says, whatever the umask.
  if (uninterrupted([&] { return fchmod(m_file.number(), static_cast<mode_t>(mode)); }) != 0) {
    const int error_number = errno;
    unlink(m_temporary.c_str());
    throw system_error(cat("set the mode of ", m_temporary.native()), error_number);
  }
}

AtomicFile::~AtomicFile() {
  if (!m_temporary.empty()) {
    unlink(m_temporary.c_str());
  }
}

void AtomicFile::write(std::string_view bytes) { write_all(m_file, bytes, m_target); }

void AtomicFile::commit() {
  if (m_durability == Durability::flushed) {
    sync_file(m_file, m_target);
  }
  // Closed before it gets its name: a program that is still open for writing cannot be run.
  if (close(m_file.release()) != 0 && errno != EINTR) {
    throw Error(Errc::cannot_write, system_error(cat("close ", m_target.native()), errno).what());
  }
  if (rename_patiently(m_temporary, m_target) != 0) {
    throw system_error(cat("rename to ", m_target.native()), errno);
  }
  m_temporary.clear();
  if (m_durability == Durability::flushed) {
    sync_directory(parent_of(m_target));
  }
}

void write_file_atomically(const Path& target, std::string_view bytes, unsigned mode,
                           Durability durability) {
  AtomicFile file(target, mode, durability);
  file.write(bytes);
  file.commit();
}

void remove_stale_temporaries(const Path& directory) {
  for (const std::string& name : list_directory(directory)) {
    if (is_temporary_name(name)) {
      remove_if_exists(directory / name);
    }
  }
}

void rename_durably(const Path& from, const Path& to) {
  if (rename_patiently(from, to) != 0) {
    throw system_error(cat("rename ", from.native(), " to ", to.native()), errno);
  }
  sync_directory(parent_of(to));
  if (parent_of(from) != parent_of(to)) {
    sync_directory(parent_of(from));
  }
}

void replace_symlink(const Path& link, const Path& target) {
  for (int attempt = 0; attempt < kMaxRandomNames; ++attempt) {
    const Path temporary = temporary_name(link);
    if (uninterrupted([&] { return symlink(target.c_str(), temporary.c_str()); }) != 0) {
      if (errno == EEXIST) {
        continue;
      }
      throw system_error(cat("link ", link.native()), errno);
    }
    if (rename_patiently(temporary, link) != 0) {
      const int error_number = errno;
      unlink(temporary.c_str());
      throw system_error(cat("link ", link.native()), error_number);
    }
    sync_directory(parent_of(link));
    return;
  }
  throw Error(Errc::internal, cat("no free temporary name beside ", link.native()));
}

std::optional<Path> read_symlink_if_exists(const Path& link) {
  std::string target(256, '\0');
  for (;;) {
    const ssize_t count = readlink(link.c_str(), target.data(), target.size());
    if (count < 0) {
      if (errno == ENOENT || errno == ENOTDIR || errno == EINVAL) {
        return std::nullopt;
      }
      throw system_error(cat("read the link ", link.native()), errno);
    }
    if (static_cast<std::size_t>(count) < target.size()) {
      target.resize(static_cast<std::size_t>(count));
      return Path(target);
    }
    target.resize(target.size() * 2);
  }
}

}  // namespace base
