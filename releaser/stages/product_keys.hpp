#pragma once

#include "releaser/config/config.hpp"
#include "trust/public_key.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// The minisign keys of a product, by the part that [sign] gives each
// (docs/adr/0059-a-key-changes-with-an-overlap.md).
struct ProductKeys {
  trust::PublicKey current;               // signs everything
  std::optional<trust::PublicKey> old;    // signs everything too, while the key is changed
  std::vector<trust::PublicKey> trusted;  // current first, then old, then former ones
  std::vector<trust::PublicKey> stolen;   // prove nothing
};
// The text of keys was checked when the configuration was read.
ProductKeys product_keys(const SignSettings& settings);

// Which of the keys a signature says it is by, which proves nothing; null where it is by none of
// them, or no signature.
const trust::PublicKey* claimed_key(const std::vector<trust::PublicKey>& keys,
                                    std::string_view unverified_signature);

// "<file>.minisig", and the second signature of a file: "<file>.<key id>.minisig".
std::string signature_name(std::string_view file);
std::string signature_name(std::string_view file, const trust::PublicKey& key);

// A small public file, or nothing.
using ReadSignature = std::function<std::optional<std::string>(const std::string& name)>;
// The signature that proves `file` to whoever trusts `keys`: <file>.minisig, or where that is by
// another key, <file>.<key id>.minisig of one of them. Where there is none of theirs, the first,
// which then says whose it is. Nothing where that is missing. It is not verified here.
std::optional<std::string> find_signature(std::string_view file,
                                          const std::vector<trust::PublicKey>& keys,
                                          const ReadSignature& read);

}  // namespace releaser
