#pragma once

#include "base/json.hpp"
#include "releaser/metadata/public_metadata.hpp"
#include "releaser/metadata/write_metadata.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// The newest metadata of one site that a run has published, or found there and proven. It is a
// floor, never a ceiling: others may have published since. Old metadata has valid signatures too,
// and the one who puts it back, a host or a backup, must not get it renewed.
struct PublicFloor {
  struct Role {
    std::uint64_t version = 0;
    std::string sha256;
    // Authority::fingerprint() of who signed it. Like clients, whoever comes later holds nobody to
    // the numbers of keys that were replaced: a thief may have signed the highest there is.
    std::string keys;
    std::uint64_t generation = 0;  // of a channel's manifest; 0: nothing is known of it
    bool operator==(const Role&) const = default;
  };
  std::uint64_t roots = 0;
  std::map<std::string, Role, std::less<>> roles;  // timestamp, snapshot, targets and each channel
  bool operator==(const PublicFloor&) const = default;
};
// By the URL of the site.
using PublicFloors = std::map<std::string, PublicFloor, std::less<>>;

// A floor, and the file that has it.
struct RememberedFloor {
  std::string said_by;
  PublicFloor floor;
};

// What a complete set that is public, or is to be, leaves behind.
PublicFloor floor_of(const MetadataFiles& files, const FinalTrust& trust);

// Holds what is public against what is remembered, and notes in `found` how high versions have been
// and which roles went back. Throws Errc::conflict where the trust folder lacks a root that was
// public.
void note_floors(PublicMetadata& found, const FinalTrust& trust,
                 const std::vector<RememberedFloor>& floors);

// "timestamp went back from version 8 to 5 (trust/public.json)", of the first role that did;
// nothing where none did.
std::optional<std::string> describe_gone_back(const PublicMetadata& found);

// One form for the same contents: {"https://…": {"root": 2, "timestamp": {"version": …}}}.
base::json::Value write_floors(const PublicFloors& floors);
// Throws the code of the reader for what is no such object.
PublicFloors read_floors(const base::json::ObjectReader& sites);

}  // namespace releaser
