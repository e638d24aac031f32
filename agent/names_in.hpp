#pragma once

#include "base/error.hpp"
#include "base/file.hpp"

#include <string>
#include <vector>

namespace agent {

// As base::list_directory; nothing of a folder that this user may not read.
inline std::vector<std::string> names_in(const base::Path& folder) {
  try {
    return base::list_directory(folder);
  } catch (const base::Error&) {
    return {};
  }
}

}  // namespace agent
