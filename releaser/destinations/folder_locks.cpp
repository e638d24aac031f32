#include "releaser/destinations/folder_locks.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <filesystem>

namespace releaser {

bool FolderLocks::try_acquire(const base::Path& folder) {
  std::error_code error;
  const base::Path path = std::filesystem::canonical(folder, error);
  if (error) throw base::system_error(base::cat("lock ", folder.string()), error.value());
  if (m_held.contains(path)) return true;
  auto lock = base::FileLock::try_acquire_directory(path);
  if (!lock) return false;
  m_held.emplace(path, std::move(*lock));
  return true;
}

}  // namespace releaser
