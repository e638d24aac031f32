#pragma once

#include "manifest-schema/manifest.hpp"

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

}  // namespace releaser
