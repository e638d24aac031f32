#pragma once

#include "base/file.hpp"
#include "base/json.hpp"
#include "releaser/trust/key_names.hpp"
#include "trust/public_key.hpp"
#include "trust/tuf/metadata.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The folder that [trust] folder names: what is final, and a ceremony that is under way.
//
//   1.root.json 2.root.json …   every root, signed by its keys and by those of the one before
//   root.json                   the newest of them again
//   targets.json                which keys sign which channel
//   keys.json                   the "RW…" lines of all keys, for messages
//   draft/ceremony.json         what is to become final, and the SHA-256 of its canonical form
//   draft/3.root.json           unsigned; likewise draft/2.targets.json
//   draft/3.root.<key>.signature.json   one holder's signature
//
// All of it is text, and signatures are files of their own, so that holders may pass the folder on
// in any order, on a stick or by git, and put together what comes back.
namespace releaser {

// One signature of a draft; it holds.
struct HolderSignature {
  trust::PublicKey key;
  std::string key_id;  // as metadata names the key
  std::string bytes;
};

// One file of a ceremony.
struct DraftFile {
  std::string name;  // "3.root.json"
  trust::tuf::RoleType type = trust::tuf::RoleType::root;
  std::uint64_t version = 0;
  base::json::Value signed_part;
  std::string sha256;  // of its canonical form
  std::vector<HolderSignature> signatures;
};

// A set of keys of which enough must sign a draft.
struct Requirement {
  std::string who;  // "the root keys of version 1"
  trust::tuf::Authority authority;
  std::vector<trust::tuf::Key> missing;  // keys that have not signed; empty where enough have
  std::uint64_t missing_count = 0;       // how many more of them must
};

struct Draft {
  std::string product;
  std::vector<DraftFile> files;          // root before targets
  std::optional<trust::tuf::Root> root;  // what they say
  std::optional<trust::tuf::Targets> targets;

  [[nodiscard]] const DraftFile* find(trust::tuf::RoleType type) const;
};

struct TrustFolder {
  base::Path path;
  std::vector<std::string> roots;        // the bytes of 1.root.json, 2.root.json, …
  std::string targets_bytes;             // of targets.json; empty before the first
  std::optional<trust::tuf::Root> root;  // the newest; nothing before the first
  std::optional<trust::tuf::Targets> targets;
  std::optional<Draft> draft;
  // `trust finalize` was stopped: what it wrote is not counted above, but for targets.json, which
  // is not looked at.
  bool is_being_finalized = false;
  KeyNames names;

  // What a file of the draft needs: the old root and its own for a root, the keys of targets for
  // targets.
  [[nodiscard]] std::vector<Requirement> requirements(const DraftFile& file) const;
  // Has everything of the draft enough signatures?
  [[nodiscard]] bool is_complete() const;
};

enum class Interrupted { refused, allowed };

// Reads and proves the whole folder; expiry is not looked at. Throws, each time with one line that
// says what to do,
//   Errc::not_found  where there is no folder, or nothing in it;
//   Errc::config     for a file that is missing, or of a newer schema;
//   Errc::untrusted  for what is not signed as it must be, and for a draft that was edited;
//   Errc::conflict   where two drafts are mixed up, and where `trust finalize` was stopped.
TrustFolder read_trust_folder(const base::Path& folder,
                              Interrupted interrupted = Interrupted::refused);

// Does the folder hold anything of trust?
bool has_trust_files(const base::Path& folder);

// "3.root.json"
std::string draft_name(trust::tuf::RoleType type, std::uint64_t version);
// "3.root.0123456789abcdef.signature.json"
std::string signature_name(const DraftFile& file, std::string_view key_id);
std::string canonical_sha256(const base::json::Value& signed_part);

inline constexpr std::uint64_t kCeremonySchema = 1;

}  // namespace releaser
