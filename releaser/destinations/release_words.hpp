#pragma once

#include "base/json.hpp"
#include "releaser/destinations/destination.hpp"
#include "releaser/destinations/hosted_release.hpp"

namespace releaser {

// What a person wrote into the draft stays: a title other than the tag, and notes. Pure.

// Would publishing, but for the draft itself, change anything?
bool would_change(const HostedRelease& draft, const AssetRelease& words);

// The fields of the request that publishes a draft, or with `stays_draft` gives it its words.
base::json::Object fields_of(const HostedRelease& draft, const AssetRelease& words,
                             bool stays_draft, bool has_make_latest);

}  // namespace releaser
