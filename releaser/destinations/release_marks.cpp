#include "releaser/destinations/release_marks.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace releaser {

using base::cat;

std::vector<MarkChange> plan_marks(const std::vector<ReleaseMarks>& wanted,
                                   const std::vector<HostedRelease>& found,
                                   const std::optional<std::string>& latest_tag,
                                   LatestBy latest_by) {
  std::vector<MarkChange> changes;
  for (const ReleaseMarks& marks : wanted) {
    const auto release = std::find_if(found.begin(), found.end(), [&](const HostedRelease& each) {
      return each.tag == marks.tag && !each.is_draft;
    });
    if (release == found.end()) continue;
    const bool goes_by_age = latest_by == LatestBy::age;
    const bool is_prerelease = marks.is_prerelease || (goes_by_age && marks.is_withdrawn);
    const bool is_latest = marks.is_latest && !is_prerelease && !goes_by_age;
    std::vector<std::string> words;
    if (is_prerelease != release->is_prerelease)
      words.emplace_back(is_prerelease ? "a pre-release" : "no pre-release");
    if (is_latest && latest_tag != marks.tag) words.emplace_back("the latest release");
    if (words.empty()) continue;
    changes.push_back({.id = release->id,
                       .tag = marks.tag,
                       .is_prerelease = is_prerelease,
                       .is_latest = is_latest,
                       .words = cat("mark ", marks.tag, " as ", base::join(words, " and "))});
  }
  std::stable_partition(changes.begin(), changes.end(),
                        [](const MarkChange& change) { return !change.is_latest; });
  return changes;
}

}  // namespace releaser
