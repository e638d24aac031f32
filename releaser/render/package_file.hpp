#pragma once

#include <string>
#include <variant>
#include <vector>

namespace releaser {

// A file for a package manager, or why the release gets none.
struct PackageFile {
  std::string name;  // "esbuild.rb"
  std::string text;
  std::vector<std::string> warnings;  // what was mended or left out
};
struct SkippedPackage {
  std::string reason;
};
using PackageResult = std::variant<PackageFile, SkippedPackage>;

}  // namespace releaser
