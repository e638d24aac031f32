#pragma once

#include "releaser/metadata/public_metadata.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// How long what a role signs is good, and how little of that may be left.
struct RoleTerm {
  std::chrono::seconds lifetime{}, renew_below{};
};
// By role: "snapshot", "timestamp" and each channel.
using RoleTerms = std::map<std::string, RoleTerm, std::less<>>;

// Is there a key at hand that could sign for a role?
using KeyAtHand = std::function<bool(const trust::tuf::Key& key)>;

// What shall be public in the end.
struct WantedMetadata {
  const FinalTrust& trust;
  // By channel: the manifest that its role signs for. A channel that is not named keeps what it
  // has.
  std::map<std::string, std::string, std::less<>> manifests;
  RoleTerms terms;
  base::Time now;
  // Did we publish this manifest of a channel ourselves? Where the keys of a channel have changed,
  // what is public may be a thief's, and only what is known to be ours is signed by the new ones.
  // Absent: nothing is known to be.
  std::function<bool(std::string_view channel, const std::string& manifest)> is_ours = {};
  // Version and expiry with which holders of keys have signed a channel, or will: a draft that
  // travels. Used where the channel has to be signed.
  std::map<std::string, trust::tuf::Header, std::less<>> drafted = {};
  // Nothing else may be left to do, so that snapshot and timestamp that are due for their time
  // alone stay, with a warning, where their keys are not at hand.
  bool may_stay = false;
};

// One role of the metadata after the run.
struct PlannedRole {
  std::string name;
  std::uint64_t version = 0;
  std::string reason;  // why it has to be signed; empty: `bytes` are those that stay
  std::string bytes;
  bool is_public = false;  // these bytes stand under the name already
  trust::tuf::Authority authority;
  // Of snapshot and timestamp, where their keys change and the ones before are at hand: who signs
  // as well, for those who do not have the new root yet.
  std::vector<trust::tuf::Authority> former;
  base::Time expires;
  trust::tuf::Targets content;  // of a channel

  [[nodiscard]] bool has_to_be_signed() const { return !reason.empty(); }
};

struct MetadataFile {
  std::string name;  // below the site
  std::string bytes;
};

struct MetadataPlan {
  std::vector<MetadataFile> targets;  // manifests under the names that metadata has for them
  std::vector<MetadataFile> roots;    // all of them, in their order
  bool has_public_root = false;
  MetadataFile top_targets;  // N.targets.json of the trust folder
  std::uint64_t top_targets_version = 0;
  std::vector<PlannedRole> channels;
  PlannedRole snapshot, timestamp;
  // Of roles that are no longer delegated to: clients refuse a snapshot that forgets one.
  std::map<std::string, trust::tuf::MetaFile, std::less<>> remembered;
  std::vector<std::string> warnings;

  // All roles, in the order of signing.
  [[nodiscard]] std::vector<const PlannedRole*> roles() const;
  [[nodiscard]] bool signs_nothing() const;
};

// Decides which roles are signed anew. Pure. A role is
//   - kept where it says what it shall, enough keys of now have signed it, and at least
//     `renew_below` is left;
//   - taken from `unverified_left` where that holds for what a run that was stopped has left;
//   - signed anew otherwise, with the first version above all that were public whose name is free.
// A channel whose keys are not at hand and that is due for its time alone is kept with a warning:
// whoever publishes nightly need not have the key of stable.
// Throws
//   Errc::config     for a manifest of a channel that the trust folder does not delegate;
//   Errc::conflict   where what is public knows more than the trust folder, or has the last version
//                    that there is;
//   Errc::expired    where the root or targets of the trust folder have expired.
MetadataPlan plan_metadata(const PublicMetadata& before, const WantedMetadata& wanted,
                           const KeyAtHand& at_hand);

// What the snapshot lists, once every channel has its bytes.
trust::tuf::Snapshot snapshot_of(const MetadataPlan& plan);

// Roles that have to be signed and lack keys; empty where everything can be signed.
struct MissingSignatures {
  std::string role;
  std::uint64_t count = 0;
  std::vector<trust::tuf::Key> of;  // keys of the role that are not at hand
};
std::vector<MissingSignatures> missing_signatures(const MetadataPlan& plan,
                                                  const KeyAtHand& at_hand);

}  // namespace releaser
