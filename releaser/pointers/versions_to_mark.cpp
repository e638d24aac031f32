#include "releaser/pointers/versions_to_mark.hpp"

#include "releaser/stages/host_marks.hpp"

namespace releaser {

using schema::Channel;
using schema::Version;

std::set<Version> versions_to_mark(const PublicManifests& before, const PublicManifests& after,
                                   const std::vector<Version>& named) {
  std::set<Version> versions(named.begin(), named.end());
  for (const auto& [channel, manifest] : after.channels) {
    const auto latest = manifest.latest.find(channel);
    if (latest != manifest.latest.end()) versions.insert(latest->second);
    for (const auto& [version, release] : manifest.versions) {
      const bool is_above = latest == manifest.latest.end() || latest->second < version;
      if (channel == Channel::stable && is_above && release.yanked) versions.insert(version);
      if (marks_of(before.channels, {version}) != marks_of(after.channels, {version}))
        versions.insert(version);
    }
  }
  return versions;
}

}  // namespace releaser
