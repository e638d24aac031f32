#pragma once

#include "manifest-schema/manifest.hpp"
#include "releaser/config/config.hpp"
#include "releaser/destinations/destination.hpp"

#include <optional>
#include <string>

// What the minisign signatures of a destination prove of its manifests. A signature says who, never
// when: an older manifest has a good one too.

namespace releaser {

struct SignedManifest {
  std::string bytes;
  schema::Manifest manifest;
};

// The manifest of schema::manifest_name(channel) by a key that counts; nothing where neither it nor
// a signature is there. A kill between both leaves the new manifest beside the old signature: it is
// believed by that of `own_site`, dist/V/site of the run that was killed. Throws Errc::untrusted,
// with what to do, where it is damaged or by another key.
std::optional<SignedManifest> read_signed_manifest(const Destination& destination,
                                                   std::optional<schema::Channel> channel,
                                                   const Config& config,
                                                   const base::Path& own_site);

// Is it by a key of stolen_public_keys? That key must really have signed it: a line that names it
// proves nothing, not even a theft.
bool is_by_stolen_key(const Destination& destination, std::optional<schema::Channel> channel,
                      const Config& config, const base::Path& own_site);

}  // namespace releaser
