#include "agent/account.hpp"
#include "base/text.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/auxv.h>
#endif

namespace agent {
namespace {

std::string name_of(uid_t user) {
  const passwd* const entry = getpwuid(user);  // NOLINT: the agent has one thread
  return entry != nullptr ? std::string(entry->pw_name) : std::to_string(user);
}

}  // namespace

std::optional<base::Path> account_home() {
  const passwd* const entry = getpwuid(geteuid());  // NOLINT: the agent has one thread
  if (entry == nullptr || entry->pw_dir == nullptr || *entry->pw_dir != '/') {
    return std::nullopt;
  }
  return base::Path(entry->pw_dir);
}

bool runs_as_root() { return geteuid() == 0; }

bool is_privileged() {
  if (geteuid() != getuid() || getegid() != getgid()) {
    return true;
  }
#ifdef __linux__
  return getauxval(AT_SECURE) != 0;
#else
  return issetugid() != 0;
#endif
}

std::string account_name() { return name_of(geteuid()); }

std::optional<std::string> owner_name(const base::Path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return name_of(status.st_uid);
}

std::optional<std::string> distrust_reason(const base::Path& folder, FolderTrust trust) {
  struct stat status {};
  if (lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return "is a link or no folder";
  }
  // Whoever owns "/" decides everything anyway.
  struct stat top {};
  if (stat("/", &top) != 0) {
    return "cannot be judged";
  }
  const bool on_the_way = trust == FolderTrust::on_the_way;
  const bool may_be_roots = trust != FolderTrust::own;
  if (status.st_uid != geteuid() && !(may_be_roots && status.st_uid == top.st_uid)) {
    return base::cat("belongs to ", name_of(status.st_uid));
  }
  const bool others = (status.st_mode & S_IWOTH) != 0;
  const bool group = (status.st_mode & S_IWGRP) != 0 && status.st_gid != 0 &&
                     status.st_gid != top.st_gid && runs_as_root();
  if ((others || group) && !(on_the_way && (status.st_mode & S_ISVTX) != 0)) {
    return base::cat("may be written by ", others ? "everybody" : "its group", " (chmod ",
                     others ? "o-w" : "g-w", ")");
  }
  return std::nullopt;
}

bool owned_by_this_account(const base::Path& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && status.st_uid == geteuid();
}

bool owned_by_root(const base::Path& path) {
  struct stat status {};
  struct stat top {};
  return stat(path.c_str(), &status) == 0 && stat("/", &top) == 0 && status.st_uid == top.st_uid;
}

}  // namespace agent
