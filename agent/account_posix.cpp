#include "agent/account.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

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
