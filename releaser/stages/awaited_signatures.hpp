#pragma once

#include "releaser/stages/metadata_stage.hpp"

#include <functional>

namespace releaser {

// A release that waits for signatures, or gets them. `channel` is what its metadata adds; null
// where that needs none.

// Fills in run.awaits: who still has to sign, where `signed_by` has signed for the channel.
void note_awaited(Run& run, const PlannedRole* channel,
                  const std::function<bool(const trust::tuf::Key&)>& signed_by);

// --sign-only: each key of the channel that is here signs its metadata. Throws Errc::config where
// none signs anything of the release.
void sign_channel(Run& run, const PlannedRole* channel);

// --signatures: what holders have signed for the channel. Throws Errc::config where not all of them
// have.
RoleSignatures take_role_signatures(Run& run, const PlannedRole* channel);

}  // namespace releaser
