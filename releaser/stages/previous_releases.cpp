#include "releaser/stages/previous_releases.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/run.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

namespace releaser {

using base::cat;
using base::Errc;
using base::Error;

base::Path previous_folder(const base::Path& directory, const schema::Version& version,
                           const schema::Platform& platform) {
  return directory / cat("v", version.text()) / platform.name();
}

std::vector<schema::Version> previous_versions(const base::Path& directory,
                                               const schema::Version& than) {
  if (base::type_of(directory) != std::filesystem::file_type::directory) {
    throw Error(Errc::config, cat("--previous: there is no folder ", directory.string(),
                                  "; cco-release previous ", directory.string(), " makes it"));
  }
  std::set<schema::Version, std::greater<>> versions;
  for (const std::string& name : base::list_directory(directory)) {
    const auto version = schema::Version::try_parse(name);
    if (version && name == cat("v", version->text()) && *version < than) versions.insert(*version);
  }
  if (versions.empty()) {
    throw Error(Errc::config, cat("--previous: ", directory.string(), " has no folder v<version> ",
                                  "of a version before ", than.text(), "; cco-release previous ",
                                  directory.string(), " fetches them"));
  }
  std::vector<schema::Version> newest(versions.begin(), versions.end());
  if (newest.size() > kMostPrevious) newest.erase(newest.begin() + kMostPrevious, newest.end());
  return newest;
}

std::vector<PreviousBinary> previous_binaries(const base::Path& directory,
                                              const std::vector<schema::Version>& versions,
                                              const schema::Platform& platform,
                                              const std::string& path) {
  std::vector<PreviousBinary> binaries;
  for (const schema::Version& version : versions) {
    const base::Path folder = previous_folder(directory, version, platform);
    const base::Path file = folder / path;
    if (base::type_of(file) != std::filesystem::file_type::regular) continue;
    const trust::Sha256 sha256 = sha256_of_file(file);
    const bool is_known =
        std::any_of(binaries.begin(), binaries.end(),
                    [&](const PreviousBinary& other) { return other.sha256 == sha256; });
    if (!is_known) binaries.push_back({version, folder, sha256});
  }
  return binaries;
}

}  // namespace releaser
