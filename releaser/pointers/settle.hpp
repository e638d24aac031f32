#pragma once

#include "releaser/pointers/edit.hpp"

#include <functional>
#include <string>
#include <vector>

// What the edits of pointers share.
namespace releaser {

// The release as users of the most stable channel that has it see it, or nothing.
const schema::Release* find_release(const PublicManifests& manifests,
                                    const schema::Version& version);
NotPossible unknown_version(const PublicManifests& manifests, const schema::Version& version);
NotPossible unknown_channel(const PublicManifests& manifests, schema::Channel channel);

// Every manifest, those of channels first.
std::vector<schema::Manifest*> all_of(PublicManifests& manifests);
std::vector<const schema::Manifest*> all_of(const PublicManifests& manifests);
// Every entry of a version, in whichever manifest.
std::vector<schema::Release*> entries_of(PublicManifests& manifests,
                                         const schema::Version& version);

bool sees(schema::Channel user, schema::Channel release);
// The highest floor of all manifests.
std::optional<schema::Version> floor_of(const PublicManifests& manifests);
// May it be installed: not withdrawn, not below any floor?
bool is_good(const PublicManifests& manifests, const schema::Version& version,
             const schema::Release& release);
// The newest good release that users of a channel see, or nothing.
std::optional<schema::Version> newest_for(const PublicManifests& manifests,
                                          schema::Channel channel);

// Throws nothing: why a text cannot stand in a manifest, or nothing.
std::optional<NotPossible> check_text(std::string_view what, const std::string& text);

// Ends an edit: `latest` follows, what changed has one generation more and the time of now at
// least, and each newest version that is another is told.
Edited settle(const PublicManifests& before, PublicManifests after, std::vector<std::string> words,
              std::vector<std::string> warnings, base::Time now);

}  // namespace releaser
