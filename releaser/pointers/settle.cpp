#include "releaser/pointers/settle.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using schema::Channel;
using schema::Manifest;
using schema::Release;
using schema::Version;
constexpr std::size_t kMaxTextBytes = 4096;  // as the parser of manifests
constexpr std::size_t kMostVersionsInMessage = 5;

void settle_latest(PublicManifests& after) {
  for (auto& [channel, manifest] : after.channels) {
    manifest.latest.erase(channel);
    for (const auto& [version, release] : manifest.versions) {  // newest first
      if (!is_good(after, version, release)) continue;
      manifest.latest.emplace(channel, version);
      break;
    }
  }
  if (!after.combined) return;
  Manifest& combined = *after.combined;
  for (const auto& [channel, manifest] : after.channels) {
    combined.latest.erase(channel);
    const auto latest = manifest.latest.find(channel);
    if (latest == manifest.latest.end()) continue;
    combined.latest.emplace(*latest);
    // It may have listed newer ones only.
    combined.versions.emplace(latest->second, manifest.versions.at(latest->second));
  }
}

void tell_latest(const PublicManifests& before, const PublicManifests& after, Edited& edited) {
  for (const auto& [channel, manifest] : after.channels) {
    const auto text = [&, of = channel](const PublicManifests& manifests) -> std::string {
      const auto found = manifests.channels.find(of);
      if (found == manifests.channels.end()) return "none";
      const auto latest = found->second.latest.find(of);
      return latest == found->second.latest.end() ? "none" : latest->second.text();
    };
    const std::string from = text(before), to = text(after);
    if (from == to) continue;
    edited.words.push_back(
        cat("the newest of ", schema::channel_name(channel), " is ", to, ", and was ", from));
  }
}

void count_generation(const Manifest* before, Manifest& after, base::Time now) {
  if (before != nullptr && *before == after) return;
  after.generation = before == nullptr ? 1 : before->generation + 1;
  after.generated = std::max(after.generated, now);
}

}  // namespace

const Release* find_release(const PublicManifests& manifests, const Version& version) {
  for (const Manifest* const manifest : all_of(manifests)) {
    const auto found = manifest->versions.find(version);
    if (found != manifest->versions.end()) return &found->second;
  }
  return nullptr;
}

NotPossible unknown_version(const PublicManifests& manifests, const Version& version) {
  std::vector<std::string> known;
  for (const Manifest* const manifest : all_of(manifests)) {
    for (const auto& [each, release] : manifest->versions) {
      const std::string text = each.text();
      if (std::find(known.begin(), known.end(), text) == known.end()) known.push_back(text);
    }
  }
  return {Errc::not_found, cat("no public manifest lists ", version.text(), "; they list ",
                               base::join_first(known, kMostVersionsInMessage))};
}

NotPossible unknown_channel(const PublicManifests& manifests, Channel channel) {
  std::vector<std::string> known;
  known.reserve(manifests.channels.size());
  for (const auto& [each, manifest] : manifests.channels)
    known.emplace_back(schema::channel_name(each));
  return {Errc::not_found, cat("nothing is public in channel ", schema::channel_name(channel),
                               "; there is something in ", base::join(known, ", "))};
}

std::vector<Manifest*> all_of(PublicManifests& manifests) {
  std::vector<Manifest*> all;
  all.reserve(manifests.channels.size() + 1);
  for (auto& [channel, manifest] : manifests.channels)
    all.push_back(&manifest);
  if (manifests.combined) all.push_back(&*manifests.combined);
  return all;
}

std::vector<const Manifest*> all_of(const PublicManifests& manifests) {
  std::vector<const Manifest*> all;
  all.reserve(manifests.channels.size() + 1);
  for (const auto& [channel, manifest] : manifests.channels)
    all.push_back(&manifest);
  if (manifests.combined) all.push_back(&*manifests.combined);
  return all;
}

std::vector<Release*> entries_of(PublicManifests& manifests, const Version& version) {
  std::vector<Release*> entries;
  for (Manifest* const manifest : all_of(manifests)) {
    const auto found = manifest->versions.find(version);
    if (found != manifest->versions.end()) entries.push_back(&found->second);
  }
  return entries;
}

bool sees(Channel user, Channel release) {
  const auto seen = schema::channels_seen_by(user);
  return std::find(seen.begin(), seen.end(), release) != seen.end();
}

std::optional<Version> floor_of(const PublicManifests& manifests) {
  std::optional<Version> highest;
  for (const Manifest* const manifest : all_of(manifests)) {
    const auto& floor = manifest->security_floor;
    if (floor && (!highest || *highest < *floor)) highest = floor;
  }
  return highest;
}

bool is_good(const PublicManifests& manifests, const Version& version, const Release& release) {
  const auto floor = floor_of(manifests);
  return !release.yanked && !(floor && version < *floor);
}

std::optional<Version> newest_for(const PublicManifests& manifests, Channel channel) {
  std::optional<Version> newest;
  for (const auto& [of, manifest] : manifests.channels) {
    if (!sees(channel, of)) continue;
    for (const auto& [version, release] : manifest.versions) {
      if (!is_good(manifests, version, release)) continue;
      if (!newest || *newest < version) newest = version;
      break;
    }
  }
  return newest;
}

std::optional<NotPossible> check_text(std::string_view what, const std::string& text) {
  if (base::trim(text).empty()) {
    return NotPossible{Errc::usage, cat("the ", what, " is empty; say it in a few words")};
  }
  if (text.size() > kMaxTextBytes) {
    return NotPossible{Errc::usage, cat("the ", what, " is longer than 4 KiB; shorten it")};
  }
  if (base::safe_text(text) != text) {
    return NotPossible{Errc::usage,
                       cat("the ", what,
                           " is no plain text; leave out control characters and what is not "
                           "UTF-8")};
  }
  return std::nullopt;
}

Edited settle(const PublicManifests& before, PublicManifests after, std::vector<std::string> words,
              std::vector<std::string> warnings, base::Time now) {
  Edited edited{{}, std::move(words), std::move(warnings)};
  settle_latest(after);
  for (auto& [channel, manifest] : after.channels) {
    const auto known = before.channels.find(channel);
    count_generation(known == before.channels.end() ? nullptr : &known->second, manifest, now);
  }
  if (after.combined) {
    count_generation(before.combined ? &*before.combined : nullptr, *after.combined, now);
  }
  tell_latest(before, after, edited);
  edited.manifests = std::move(after);
  return edited;
}

}  // namespace releaser
