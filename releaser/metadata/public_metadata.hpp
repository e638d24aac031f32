#pragma once

#include "releaser/metadata/metadata_walk.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace releaser {

// What the trust folder says in the end, proven by whoever read it: every root from the first on,
// and the targets metadata that the last of them trusts.
struct FinalTrust {
  std::vector<std::string> roots;  // the bytes of 1.root.json, 2.root.json, …
  std::string targets;
};

// metadata/ of a destination, as it stands.
struct PublicMetadata {
  std::uint64_t roots = 0;         // 1.root.json up to this one are there
  std::optional<MetadataSet> set;  // nothing before the first timestamp
  // By role: the file of the version after that of `set`, which no timestamp names yet. A run that
  // was stopped left it, and nobody was told of it.
  std::map<std::string, std::string, std::less<>> unverified_next;
};

// Reads and proves it, whether it has expired or not. Throws
//   Errc::conflict   where it knows a root that the trust folder does not have, or has another one;
//   Errc::untrusted  where it is damaged, with what to do.
PublicMetadata read_public_metadata(const ReadPublic& read, const FinalTrust& trust);

}  // namespace releaser
