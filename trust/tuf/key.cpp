#include "trust/tuf/key.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "trust/bytes.hpp"
#include "trust/digest.hpp"
#include "trust/sodium_start.hpp"
#include "trust/tuf/canonical_json.hpp"

#include <sodium.h>

#include <algorithm>
#include <set>

namespace trust::tuf {
namespace {

namespace json = base::json;

std::string digest_of(const json::Value& value) { return sha256_of(canonical_json(value)).hex(); }

json::Object standard_form(std::string_view type, std::string_view scheme, std::string_view value) {
  return {{"keytype", type}, {"keyval", json::Object{{"public", value}}}, {"scheme", scheme}};
}

// The digest of the key as it stands, or of its three fields where a tool added others later.
bool has_right_id(const json::Value& whole, const Key& key) {
  return key.id == digest_of(whole) || key.id == key_id(key.type, key.scheme, key.value);
}

}  // namespace

std::string identity_of(const Key& key) {
  if (key.type == "ed25519") return base::lower_case(key.value);
  std::string value = key.value;
  std::erase_if(value,
                [](char letter) { return letter == '\n' || letter == '\r' || letter == ' '; });
  return value;
}

std::string key_id(std::string_view type, std::string_view scheme, std::string_view value) {
  return digest_of(standard_form(type, scheme, value));
}

Key ed25519_key(std::string_view public_key_bytes) {
  const std::string value = base::to_hex(public_key_bytes);
  return {key_id("ed25519", "ed25519", value), "ed25519", "ed25519", value};
}

std::vector<Key> read_keys(const json::ObjectReader& keys) {
  std::vector<Key> found;
  for (const auto& [id, value] : keys.members()) {
    const json::ObjectReader reader(value, keys.place_of(base::safe_text(id, 80)), keys.errc());
    const auto type = reader.optional_text("keytype");
    const auto scheme = reader.optional_text("scheme");
    const auto keyval = reader.optional_object("keyval");
    const auto text = keyval ? keyval->optional_text("public") : std::nullopt;
    if (!type || !scheme || !text) continue;
    Key key{id, *type, *scheme, *text};
    if (has_right_id(value, key)) found.push_back(std::move(key));
  }
  return found;
}

bool checks_ed25519(const Key& key, std::string_view message, std::string_view signature) {
  if (key.type != "ed25519" || key.scheme != "ed25519") return false;
  const auto public_key = base::from_hex(key.value);
  if (!public_key || public_key->size() != crypto_sign_PUBLICKEYBYTES) return false;
  if (signature.size() != crypto_sign_BYTES) return false;
  start_sodium();
  return crypto_sign_verify_detached(bytes_of(signature), bytes_of(message), message.size(),
                                     bytes_of(*public_key)) == 0;
}

std::string Authority::fingerprint() const {
  std::set<std::string> values;
  for (const Key& key : keys)
    values.insert(identity_of(key));
  std::string text = base::cat(threshold);
  for (const std::string& value : values)
    text += base::cat('\n', value);
  return sha256_of(text).hex();
}

Authority read_authority(const json::ObjectReader& role, const std::vector<Key>& keys) {
  Authority authority;
  authority.threshold = role.number("threshold");
  if (authority.threshold == 0) role.fail("threshold", "must be at least 1");
  if (role.find("keyids") == nullptr) role.fail("keyids", "is missing");
  std::set<std::string> ids;
  for (const std::string& id : role.texts("keyids")) {
    if (!ids.insert(id).second) role.fail("keyids", "names a key twice");
    const auto key =
        std::find_if(keys.begin(), keys.end(), [&](const Key& each) { return each.id == id; });
    if (key != keys.end()) authority.keys.push_back(*key);
  }
  return authority;
}

}  // namespace trust::tuf
