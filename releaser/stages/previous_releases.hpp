#pragma once

#include "base/file.hpp"
#include "manifest-schema/platform.hpp"
#include "manifest-schema/version.hpp"
#include "trust/digest.hpp"

#include <string>
#include <vector>

// A folder of earlier releases as --previous takes it and `cco-release previous` fills it:
// DIR/v<version>/<platform>/<files of the archive>.
namespace releaser {

// So many of them have deltas: whoever is further behind fetches the archive.
inline constexpr std::size_t kMostPrevious = 3;

struct PreviousBinary {
  schema::Version version;
  base::Path folder;  // of all files of that version
  trust::Sha256 sha256;
};

// DIR/v<version>/<platform>
base::Path previous_folder(const base::Path& directory, const schema::Version& version,
                           const schema::Platform& platform);

// The versions in it that are lower than `than`, at most kMostPrevious, the newest first. Throws
// Errc::config where there is no such folder, or none of an earlier version in it.
std::vector<schema::Version> previous_versions(const base::Path& directory,
                                               const schema::Version& than);

// One binary as those versions had it, each content once. Empty where none had it.
std::vector<PreviousBinary> previous_binaries(const base::Path& directory,
                                              const std::vector<schema::Version>& versions,
                                              const schema::Platform& platform,
                                              const std::string& path);

}  // namespace releaser
