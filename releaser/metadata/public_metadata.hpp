#pragma once

#include "releaser/metadata/metadata_walk.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// What the trust folder says in the end, proven by whoever read it: every root from the first on,
// and the targets metadata that the last of them trusts.
struct FinalTrust {
  std::vector<std::string> roots;  // the bytes of 1.root.json, 2.root.json, …
  std::string targets;
};

// The last root and the targets metadata, read. Whether they are in time is left to the caller.
struct ParsedTrust {
  trust::tuf::Root root;
  trust::tuf::Targets targets;
};
ParsedTrust parse_trust(const FinalTrust& trust);

// A role of which something newer was public once.
struct GoneBack {
  std::string said_by;             // the file that remembers it
  std::uint64_t from = 0, to = 0;  // 0: it is not there
};

// metadata/ of a destination, as it stands.
struct PublicMetadata {
  std::uint64_t roots = 0;         // 1.root.json up to this one are there
  std::optional<MetadataSet> set;  // nothing before the first timestamp
  // By role and version, above that of `set`: files that no timestamp names, as a run that was
  // stopped left them. Of one name there are several where destinations differ. Caches may hold
  // them: their names never get other bytes.
  std::map<std::string, std::map<std::uint64_t, std::set<std::string>>, std::less<>>
      unverified_left;
  // What is remembered (note_floors): how high versions have been, also by keys that were replaced,
  // and what went back since.
  std::map<std::string, std::uint64_t, std::less<>> highest;
  std::map<std::string, GoneBack, std::less<>> gone_back;
  bool is_known_to_be_newest = false;  // the timestamp is that which was published last

  // The version that the next one of a role comes after.
  [[nodiscard]] std::uint64_t last_version(std::string_view role) const;
};

// Have enough keys of a role signed this?
bool is_signed_by(std::string_view unverified, const trust::tuf::Authority& authority,
                  std::size_t max_bytes);

// Reads and proves it, whether it has expired or not. Throws
//   Errc::conflict   where it knows a root that the trust folder does not have, or has another one;
//   Errc::untrusted  where it is damaged, with what to do.
PublicMetadata read_public_metadata(const ReadPublic& read, const FinalTrust& trust);
// The same, held against what is remembered (note_floors).
struct RememberedFloor;
PublicMetadata read_public_metadata(const ReadPublic& read, const FinalTrust& trust,
                                    const std::vector<RememberedFloor>& floors);

// Fills in `unverified_left` from all places that get the next set. Throws Errc::conflict where
// names are taken without end.
void read_left_files(PublicMetadata& found, const std::vector<ReadPublic>& places,
                     const FinalTrust& trust);

}  // namespace releaser
