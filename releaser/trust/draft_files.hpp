#pragma once

#include "releaser/trust/trust_folder.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The files of draft/ and keys.json: how they are read and written.
namespace releaser {

// What draft/ceremony.json says.
struct UnverifiedCeremony {
  struct File {
    std::string name;
    trust::tuf::RoleType type;
    std::uint64_t version;
    std::string sha256;
  };
  std::string product;
  std::vector<File> files;  // one root at most, one targets at most, not none
  KeyNames names;
};

// A ceremony is under way where that file stands: it is written last and removed first.
bool has_ceremony(const base::Path& folder);
std::optional<UnverifiedCeremony> read_ceremony(const base::Path& folder);
// Reads the drafts and all signatures beside them, against the roots of `folder_so_far`. Adds the
// names that the ceremony knows to it.
Draft prove_draft(const UnverifiedCeremony& ceremony, const base::Path& folder,
                  TrustFolder& folder_so_far);

KeyNames read_key_names(const base::Path& folder);
void write_key_names(const base::Path& folder, const KeyNames& names);

// Writes a draft without signatures; none is there yet.
void write_draft(const base::Path& folder, const Draft& draft, const KeyNames& names);
void write_signature(const base::Path& folder, const DraftFile& file,
                     const HolderSignature& signature);
// With the signatures in it, if any.
void remove_draft(const base::Path& folder);
// What a run that was stopped left of one that is no ceremony yet, or no longer.
void remove_abandoned_draft(const base::Path& folder);

}  // namespace releaser
