#include "releaser/stages/product_keys.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/minisign.hpp"

#include <algorithm>

namespace releaser {

using base::cat;

const trust::PublicKey* claimed_key(const std::vector<trust::PublicKey>& keys,
                                    std::string_view unverified_signature) {
  std::string id;
  try {
    id = trust::unverified_key_id(unverified_signature);
  } catch (const base::Error&) {
    return nullptr;  // whoever verifies it says why
  }
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const trust::PublicKey& key) { return key.id_text() == id; });
  return found == keys.end() ? nullptr : &*found;
}

ProductKeys product_keys(const SignSettings& settings) {
  ProductKeys keys{trust::PublicKey::parse(settings.public_key), {}, {}, {}};
  keys.trusted.reserve(2 + settings.former_public_keys.size());
  keys.trusted.push_back(keys.current);
  if (!settings.old_public_key.empty()) {
    keys.old = trust::PublicKey::parse(settings.old_public_key);
    keys.trusted.push_back(*keys.old);
  }
  for (const std::string& line : settings.former_public_keys)
    keys.trusted.push_back(trust::PublicKey::parse(line));
  keys.stolen.reserve(settings.stolen_public_keys.size());
  for (const std::string& line : settings.stolen_public_keys)
    keys.stolen.push_back(trust::PublicKey::parse(line));
  return keys;
}

std::string signature_name(std::string_view file) { return cat(file, ".minisig"); }

std::string signature_name(std::string_view file, const trust::PublicKey& key) {
  return cat(file, ".", key.id_text(), ".minisig");
}

std::optional<std::string> find_signature(std::string_view file,
                                          const std::vector<trust::PublicKey>& keys,
                                          const ReadSignature& read) {
  auto first = read(signature_name(file));
  if (!first || claimed_key(keys, *first) != nullptr) return first;
  for (const trust::PublicKey& key : keys)
    if (auto second = read(signature_name(file, key))) return second;
  return first;
}

}  // namespace releaser
