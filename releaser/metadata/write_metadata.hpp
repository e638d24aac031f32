#pragma once

#include "releaser/metadata/plan_metadata.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// The raw signature by that key over a message, or nothing where the key is not at hand.
using SignMessage =
    std::function<std::optional<std::string>(const trust::tuf::Key& key, std::string_view message)>;

// All files of metadata/ and targets/ that a complete site has for this plan, in the order in which
// they may appear: what nothing names yet, then roots and the timestamp, which is the last of them
// unless former keys have signed it too. Those that are public with these bytes already are among
// them.
using MetadataFiles = std::vector<MetadataFile>;
// The timestamp among them.
const std::string& timestamp_of(const MetadataFiles& files);

// Signs what the plan says, and proves all of it with the client workflow, for a client that begins
// with the first root and for one that has followed, before anything leaves. Throws
//   Errc::config     where a role does not get enough signatures; nothing was asked to sign then;
//   Errc::untrusted  where clients would refuse the result.
MetadataFiles write_metadata(const MetadataPlan& plan, const PublicMetadata& before,
                             const WantedMetadata& wanted, const KeyAtHand& at_hand,
                             const SignMessage& sign);

// The same files for a look ahead: without bytes where something has to be signed.
MetadataFiles unsigned_metadata(const MetadataPlan& plan);

}  // namespace releaser
