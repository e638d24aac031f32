#pragma once

#include "base/file.hpp"

#include <string>
#include <vector>

namespace releaser {

// Adds folders of generated files to the .gitignore of `folder`, one line each ("/dist/"): those
// that git neither ignores nor tracks already. Does nothing outside of a git work tree.
//   names   folders below `folder`, without slashes around them
// Returns the lines that were added.
std::vector<std::string> ignore_in_git(const base::Path& folder,
                                       const std::vector<std::string>& names);

}  // namespace releaser
