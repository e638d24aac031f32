#include "base/error.hpp"
#include "releaser/git/working_folder.hpp"

#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

namespace releaser::git {
namespace {

constexpr std::string_view kPrefix = "cco-release-git-";
// One that is new may not be locked yet.
constexpr std::chrono::hours kLeastAge{1};

bool may_be_left_over(const base::Path& folder, base::Time now) {
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0) return false;
  const std::chrono::seconds made(status.st_mtime);
  return S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() &&
         now.time_since_epoch() - made > kLeastAge;
}

void remove_left_overs(const base::Path& parent, base::Time now) {
  for (const std::string& name : base::list_directory(parent)) {
    if (!name.starts_with(kPrefix)) continue;
    const base::Path folder = parent / name;
    if (!may_be_left_over(folder, now)) continue;
    if (const auto lock = base::FileLock::try_acquire_directory(folder)) base::remove_tree(folder);
  }
}

}  // namespace

WorkingFolder::WorkingFolder(const base::Path& parent, base::Time now)
    : m_folder(parent, kPrefix), m_lock(base::FileLock::try_acquire_directory(m_folder.path())) {
  try {
    remove_left_overs(parent, now);
  } catch (const base::Error&) {
    // Somebody else clears up as well, or keeps a folder that cannot be removed: no matter here.
  }
}

}  // namespace releaser::git
