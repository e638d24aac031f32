#include "agent/available.hpp"

#include <algorithm>
#include <utility>

namespace agent {
namespace {

// Two entries of one version: the more stable one stands, the warnings of both count.
void merge_release(schema::Release& kept, const schema::Release& other) {
  const bool other_is_more_stable = other.channel < kept.channel;
  schema::Release merged = other_is_more_stable ? other : kept;
  const schema::Release& second = other_is_more_stable ? kept : other;
  merged.breaking_changes = merged.breaking_changes || second.breaking_changes;
  merged.critical = merged.critical || second.critical;
  if (!merged.yanked) merged.yanked = second.yanked;
  kept = std::move(merged);
}

}  // namespace

Available merge_manifests(std::span<const schema::Manifest> manifests) {
  std::vector<const schema::Manifest*> ordered;
  for (const schema::Manifest& manifest : manifests)
    ordered.push_back(&manifest);
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto* left, const auto* right) {
    return std::pair(left->channel, left->generation) <
           std::pair(right->channel, right->generation);
  });

  Available out;
  for (const schema::Manifest* manifest : ordered) {
    for (const auto& [version, release] : manifest->versions) {
      const auto [place, is_new] = out.releases.try_emplace(version, release);
      if (!is_new) merge_release(place->second, release);
    }
    if (manifest->security_floor &&
        (!out.security_floor || *out.security_floor < *manifest->security_floor)) {
      out.security_floor = manifest->security_floor;
    }
    if (manifest->halt && manifest->channel) out.halts.emplace(*manifest->channel, *manifest->halt);
    out.deprecation_notices.insert(manifest->deprecation_notices.begin(),
                                   manifest->deprecation_notices.end());
  }
  return out;
}

}  // namespace agent
