#pragma once

#include "manifest-schema/manifest.hpp"

#include <map>
#include <optional>
#include <string>

namespace releaser {

// How many releases a manifest lists, beside stepping stones and what is yanked.
inline constexpr std::size_t kListedReleases = 20;

// Which release the top-level installers pin: the newest good stable one, else the newest good one;
// nothing where all are withdrawn.
std::optional<schema::Version> pinned_version(const schema::Manifest& combined);

// The public manifest of a channel (or the combined one, without a channel) with one more release.
// Gives `before` itself where it says all of that already; else the generation is one more, and
// `generated` is the time of the newest publish in it. Pure.
schema::Manifest merge_manifest(const std::optional<schema::Manifest>& before,
                                const std::string& product, std::optional<schema::Channel> channel,
                                const schema::Version& version, const schema::Release& release);

// What the manifests of the channels say together, as version-manifest.json does for people and
// scripts; its generation is 0, and the caller's to give. Its floor is the highest; a halt is of
// a channel, and it has none. Pure.
schema::Manifest combine_manifests(const std::map<schema::Channel, schema::Manifest>& channels,
                                   const std::string& product);
// Do both say the same, whatever their generations?
bool say_the_same(const schema::Manifest& left, const schema::Manifest& right);

}  // namespace releaser
