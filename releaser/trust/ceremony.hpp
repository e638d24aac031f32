#pragma once

#include "base/clock.hpp"
#include "releaser/trust/policy.hpp"
#include "releaser/trust/signer.hpp"
#include "releaser/trust/trust_folder.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

// The steps of a ceremony: unsigned draft, signatures of holders, final files.
namespace releaser {

// What the configuration wants to be final, as a draft without signatures: the next root where its
// keys or thresholds change or little time is left, the next targets where a channel changes or the
// new root would not believe the present ones. `folder` is nothing before the first version.
// Nothing where all is as it shall be. Pure; the draft of `folder` is not looked at. Expiry is
// counted from `now`.
std::optional<Draft> make_draft(const std::string& product, const TrustPolicy& policy,
                                const TrustFolder* folder, base::Time now);

// Do two drafts say the same but for their expiry? Then the one that is under way stays.
bool say_the_same(const Draft& left, const Draft& right);

// All changes of a draft, a line each, with a heading for each file.
std::vector<std::string> describe_draft(const TrustFolder& folder);
// What will hold when it is final, whole: who was handed another history sees other keys here, even
// where "nothing" changes.
std::vector<std::string> describe_outcome(const TrustFolder& folder);

// Throws Errc::expired where the draft would be no good any more: it lay for too long, or the clock
// is wrong.
void require_in_time(const Draft& draft, base::Time now);

// Signs what of the draft each key may sign and has not signed, and writes it into the folder.
// Gives how many signatures were added. Throws Errc::untrusted for a key that may sign nothing of
// it, before anything is written.
std::size_t sign_draft(TrustFolder& folder, std::span<const Signer> keys);

// Is it a key of any role that signs the draft?
bool may_sign(const TrustFolder& folder, const trust::PublicKey& key);

// Moves the draft to final, which may have been begun by a run that was stopped. Throws
// Errc::untrusted where signatures are missing, with whose.
void finalize(TrustFolder& folder);

// "2.root.json needs 1 more signature of the root keys of version 1: RW…, RW…", a line each. Empty
// where the draft is complete, or there is none.
std::vector<std::string> missing_signatures_of(const TrustFolder& folder);

// The names of all keys of a policy.
KeyNames names_of(const TrustPolicy& policy);

}  // namespace releaser
