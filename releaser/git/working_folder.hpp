#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"

#include <optional>

namespace releaser::git {

// A folder for a repository that lives as long as this does, "<parent>/cco-release-git-<random>",
// locked meanwhile. Where it is made, what killed runs of this user left there goes: folders of
// that name that nobody holds and that were made more than an hour before `now`.
class WorkingFolder {
 public:
  WorkingFolder(const base::Path& parent, base::Time now);
  [[nodiscard]] const base::Path& path() const { return m_folder.path(); }

 private:
  base::TemporaryDirectory m_folder;
  std::optional<base::FileLock> m_lock;
};

}  // namespace releaser::git
