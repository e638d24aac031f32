#pragma once

#include "base/file.hpp"

#include <map>

namespace releaser {

// The folders that one run keeps other runs out of, until destruction. A folder is locked once,
// however many parts of the run need it: dist/ and destinations that are not there yet may share a
// folder above them.
class FolderLocks {
 public:
  // False where another run holds it. Throws where there is no such folder.
  [[nodiscard]] bool try_acquire(const base::Path& folder);

 private:
  std::map<base::Path, base::FileLock> m_held;  // by canonical path
};

}  // namespace releaser
