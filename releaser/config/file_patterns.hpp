#pragma once

#include "base/file.hpp"
#include "releaser/config/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// "*" and "?" stand for anything but "/", "[a-z]" and "[!a-z]" for one character, "**" as a whole
// component for any number of folders. A leading dot must be written out.
bool matches_pattern(std::string_view pattern, std::string_view path);

// A file that an archive holds beside the binaries.
struct MatchedFile {
  base::Path source;
  std::string name;  // in the archive: "man/cco.1"
};

// The files that a pattern finds below `root`, sorted by name. Throws Errc::config with one line
// that says what to do where it finds nothing, where it is a folder, or where a name may not stand
// in an archive.
std::vector<MatchedFile> find_files(const FilePattern& pattern, const base::Path& root);

}  // namespace releaser
