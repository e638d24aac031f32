#pragma once

#include "releaser/config/config.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

enum class CiHost { github, gitea };
std::string_view ci_host_name(CiHost host);

struct CiFile {
  std::string path;  // below the project: ".github/workflows/release.yml"
  std::string text;
};

// The text of a file that is there already, or nothing.
using ReadCiFile = std::function<std::optional<std::string>(const std::string& path)>;

// The workflows of a project: release on a tag, refresh on schedule (where [trust] has one), and
// installations after a release. Every action is pinned to a commit, every job has the permissions
// that it needs and no others. What stands between the marks of a file that is there stays.
std::vector<CiFile> ci_files(const Config& config, CiHost host, const ReadCiFile& read);

// For `check`: of the workflows that cco-release has written and that are there, those that it
// would write otherwise now, one line each with the first line that differs.
std::vector<std::string> ci_drift(const Config& config, const ReadCiFile& read);

}  // namespace releaser
