#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trust::tuf {

// A public key as metadata names it.
struct Key {
  std::string id;
  std::string type, scheme;  // "ed25519", "ed25519"
  std::string value;         // keyval.public: hexadecimal digits, or PEM
  bool operator==(const Key&) const = default;
};

// What makes two keys one, whatever their ids, schemes and spellings.
std::string identity_of(const Key& key);
// The id that the specification prescribes: SHA-256 of the canonical form.
std::string key_id(std::string_view type, std::string_view scheme, std::string_view value);
Key ed25519_key(std::string_view public_key_bytes);

// The keys of one metadata object, by "keyid": those whose id is right. A key under a wrong id is
// no key, as is one of an unknown form. Throws Errc::untrusted where `keys` is no object.
std::vector<Key> read_keys(const base::json::ObjectReader& keys);

// Is `signature` one by `key` over `message`? False for a scheme that the function does not know.
using SignatureCheck = bool (*)(const Key& key, std::string_view message,
                                std::string_view signature);
// All that an agent knows (libsodium).
bool checks_ed25519(const Key& key, std::string_view message, std::string_view signature);

// Who may sign for a role. Only distinct key values count towards the threshold, whatever their
// ids.
struct Authority {
  std::vector<Key> keys;
  std::uint64_t threshold = 1;

  // One text that is equal where the set of key values and the threshold are: what a watermark is
  // bound to.
  [[nodiscard]] std::string fingerprint() const;
};

// Reads "keyids" and "threshold" (at least 1) of a role. An id that names no key stands for none;
// one that stands twice is an error.
Authority read_authority(const base::json::ObjectReader& role, const std::vector<Key>& keys);

}  // namespace trust::tuf
