#include "trust/tuf/envelope.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "trust/tuf/canonical_json.hpp"

#include <set>
#include <utility>

namespace trust::tuf {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

Envelope parse_envelope(std::string_view unverified_bytes, std::size_t max_bytes) {
  const json::Value value =
      json::parse(unverified_bytes, {.max_bytes = max_bytes}, Errc::untrusted);
  const json::ObjectReader root(value, "", Errc::untrusted);
  const json::Value* const content = root.find("signed");
  if (content == nullptr || content->get_if<json::Object>() == nullptr) {
    root.fail("signed", "must be an object");
  }
  Envelope envelope{*content, canonical_json(*content), {}};
  for (const json::ObjectReader& signature : root.objects("signatures")) {
    // What is no hexadecimal number is no signature: some tools leave room for one that is to come.
    auto bytes = base::from_hex(signature.text("sig"));
    const auto [place, is_new] = envelope.signatures.emplace(
        signature.text("keyid"), std::move(bytes).value_or(std::string()));
    if (!is_new) root.fail("signatures", "has two signatures of one key id");
  }
  return envelope;
}

std::size_t count_signatures(const Envelope& envelope, const Authority& authority,
                             SignatureCheck check) {
  std::set<std::string> signers;
  for (const Key& key : authority.keys) {
    const auto signature = envelope.signatures.find(key.id);
    if (signature == envelope.signatures.end()) continue;
    if (check(key, envelope.canonical, signature->second)) signers.insert(identity_of(key));
  }
  return signers.size();
}

void require_threshold(const Envelope& envelope, const Authority& authority, SignatureCheck check,
                       std::string_view role) {
  const std::size_t count = count_signatures(envelope, authority, check);
  if (count >= authority.threshold) return;
  throw Error(Errc::untrusted, cat(base::safe_text(role, 80), " has ", count, " of ",
                                   authority.threshold, " signatures that it needs"));
}

}  // namespace trust::tuf
