#pragma once

#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/signed_files.hpp"

#include <functional>
#include <string>
#include <vector>

namespace releaser {

// What waits for signatures, or gets them: a release, or a change of pointers.

// The channels whose metadata has to be signed anew.
using ChannelRoles = std::vector<const PlannedRole*>;
using SignedBy = std::function<bool(const PlannedRole& channel, const trust::tuf::Key& key)>;

// Fills in run.awaits: who still has to sign.
void note_awaited(Run& run, const ChannelRoles& channels, const SignedBy& signed_by);

// --sign-only: the folder of --out gets the signatures of `files` that this run made, and each key
// of the channels that is here signs their metadata. Throws Errc::config where none signs anything.
void sign_channels(Run& run, const std::vector<SignedFile>& files, const ChannelRoles& channels);

// --signatures: what holders have signed for the channels. Throws Errc::config where not all of
// them have.
//   command  how a holder signs
RoleSignatures take_role_signatures(Run& run, const ChannelRoles& channels,
                                    const std::string& command);

}  // namespace releaser
