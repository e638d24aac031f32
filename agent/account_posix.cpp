#include "agent/account.hpp"

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

bool owned_by_this_account(const base::Path& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && status.st_uid == geteuid();
}

}  // namespace agent
