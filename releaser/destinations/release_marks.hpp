#pragma once

#include "releaser/destinations/destination.hpp"
#include "releaser/destinations/hosted_release.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace releaser {

// One request that changes how a host shows a public release.
struct MarkChange {
  std::uint64_t id = 0;
  std::string tag;
  bool is_prerelease = false;
  bool is_latest = false;
  std::string words;  // "mark v1.0.0 as the latest release"
  bool operator==(const MarkChange&) const = default;
};

// Can a host be told which release is its latest one, or does it take the newest that is no
// pre-release?
enum class LatestBy { choice, age };

// What makes the host show public releases as wanted; the latest one comes last, so that it stays
// it. Where the host goes by age, a release that is withdrawn becomes a pre-release, which leaves
// the place to the one before it. Pure.
//   latest_tag  of the release that it shows as the latest one
std::vector<MarkChange> plan_marks(const std::vector<ReleaseMarks>& wanted,
                                   const std::vector<HostedRelease>& found,
                                   const std::optional<std::string>& latest_tag,
                                   LatestBy latest_by);

}  // namespace releaser
