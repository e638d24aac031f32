#include "releaser/stages/merge_manifest.hpp"

#include <algorithm>
#include <set>

namespace releaser {
namespace {

using schema::Manifest;
using schema::Version;

void drop_old_releases(Manifest& manifest) {
  std::set<Version> kept;
  for (const auto& [channel, version] : manifest.latest)
    kept.insert(version);
  for (const auto& [version, release] : manifest.versions) {
    if (kept.size() < kListedReleases) kept.insert(version);
    if (release.yanked) kept.insert(version);
  }
  for (const auto& [version, release] : manifest.versions) {
    if (kept.contains(version) && release.minimum_upgrade_from) {
      kept.insert(*release.minimum_upgrade_from);
    }
  }
  std::erase_if(manifest.versions, [&](const auto& entry) { return !kept.contains(entry.first); });
}

bool is_good(const Manifest& manifest, const Version& version, const schema::Release& release) {
  return !release.yanked && !(manifest.security_floor && version < *manifest.security_floor);
}

}  // namespace

std::optional<Version> pinned_version(const Manifest& combined) {
  const auto stable = combined.latest.find(schema::Channel::stable);
  if (stable != combined.latest.end()) return stable->second;
  for (const auto& [version, release] : combined.versions)
    if (is_good(combined, version, release)) return version;
  return std::nullopt;
}

Manifest merge_manifest(const std::optional<Manifest>& before, const std::string& product,
                        std::optional<schema::Channel> channel, const Version& version,
                        const schema::Release& release) {
  Manifest merged = before.value_or(Manifest{});
  merged.product = product;
  merged.channel = channel;
  merged.versions.insert_or_assign(version, release);
  const auto latest = merged.latest.find(release.channel);
  if (!is_good(merged, version, release)) {
    // Published again, it stays withdrawn.
  } else if (latest == merged.latest.end()) {
    merged.latest.emplace(release.channel, version);
  } else if (latest->second < version) {
    latest->second = version;
  }
  drop_old_releases(merged);
  merged.generated = std::max(merged.generated, release.published);
  if (before && merged == *before) return merged;
  ++merged.generation;
  return merged;
}

Manifest combine_manifests(const std::map<schema::Channel, Manifest>& channels,
                           const std::string& product) {
  Manifest combined;
  combined.product = product;
  // Of a release that was promoted, the entry of the most stable channel comes first and counts.
  for (const auto& [channel, manifest] : channels) {
    combined.generated = std::max(combined.generated, manifest.generated);
    combined.latest.insert(manifest.latest.begin(), manifest.latest.end());
    combined.versions.insert(manifest.versions.begin(), manifest.versions.end());
    combined.deprecation_notices.insert(manifest.deprecation_notices.begin(),
                                        manifest.deprecation_notices.end());
    const auto& floor = manifest.security_floor;
    const bool is_higher = floor && (!combined.security_floor || *combined.security_floor < *floor);
    if (is_higher) combined.security_floor = floor;
  }
  drop_old_releases(combined);
  return combined;
}

bool say_the_same(const Manifest& left, const Manifest& right) {
  Manifest same_generation = left;
  same_generation.generation = right.generation;
  return same_generation == right;
}

}  // namespace releaser
