#include "agent/policy.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <cerrno>

#include <sys/stat.h>

namespace agent {
namespace {

using base::cat;

[[noreturn]] void refuse_policy(const base::Path& path, std::string_view reason) {
  throw base::Error(base::Errc::config,
                    cat(path.native(), " ", reason,
                        "; nothing is updated until the owner of this machine has mended it"));
}

// Links are followed: only root can put one there, and what it leads to is looked at.
void require_root_alone(const base::Path& path, mode_t kind) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) refuse_policy(path, "cannot be read");
  if ((status.st_mode & S_IFMT) != kind) refuse_policy(path, "is not what it should be");
  // Whoever owns "/" decides everything anyway: root, or what root is called in a user namespace.
  struct stat top {};
  if (stat("/", &top) != 0) refuse_policy("/", "cannot be judged");
  if (status.st_uid != 0 && status.st_uid != top.st_uid) {
    refuse_policy(path, "is not root's (chown root)");
  }
  const bool group =
      (status.st_mode & S_IWGRP) != 0 && status.st_gid != 0 && status.st_gid != top.st_gid;
  if (group || (status.st_mode & S_IWOTH) != 0) {
    refuse_policy(path, "may be written by others than root (chmod go-w)");
  }
}

}  // namespace

std::optional<std::string> read_policy_text(const base::Path& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    refuse_policy(path, "cannot be read");
  }
  require_root_alone(path.parent_path(), S_IFDIR);
  require_root_alone(path, S_IFREG);
  try {
    return base::read_file(path, kMaxConfigBytes);
  } catch (const base::Error& error) {
    refuse_policy(path, cat("cannot be read (", error.what(), ")"));
  }
}

}  // namespace agent
