#pragma once

#include "trust/digest.hpp"
#include "trust/proven_bytes.hpp"
#include "trust/public_key.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trust {

inline constexpr std::size_t kMaxSignatureBytes = 16'384;

// The trusted comment of a signature: TAB-separated "name:value" fields, none twice ("hashed"
// stands alone).
class TrustedComment {
 public:
  // Throws Errc::untrusted where it is not of that form.
  static TrustedComment parse(std::string_view text);
  explicit TrustedComment(std::vector<std::pair<std::string, std::string>> fields)
      : m_fields(std::move(fields)) {}

  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  // Throws Errc::untrusted unless the field is there and equal: "signature is for file a.tar.gz,
  // not b.tar.gz".
  void require(std::string_view name, std::string_view value) const;
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::pair<std::string, std::string>> m_fields;
};

// Bytes that a trusted key signed. Only verify() makes it.
class SignedBytes : public ProvenBytes {
 public:
  [[nodiscard]] const TrustedComment& comment() const { return m_comment; }
  [[nodiscard]] const PublicKey& key() const { return m_key; }

 private:
  friend SignedBytes verify(std::string unverified_bytes, std::string_view unverified_signature,
                            std::span<const PublicKey> keys);
  SignedBytes(std::string bytes, TrustedComment comment, const PublicKey& key)
      : ProvenBytes(std::move(bytes), comment.find("file").value_or("")),
        m_comment(std::move(comment)),
        m_key(key) {}
  TrustedComment m_comment;
  PublicKey m_key;
};

// The proof that a trusted key signed a file of this BLAKE2b-512 digest, for files that are hashed
// as they stream by.
class SignedDigest {
 public:
  [[nodiscard]] const TrustedComment& comment() const { return m_comment; }
  [[nodiscard]] const PublicKey& key() const { return m_key; }

 private:
  friend SignedDigest verify_digest(const Blake2b& digest, std::string_view unverified_signature,
                                    std::span<const PublicKey> keys);
  SignedDigest(TrustedComment comment, const PublicKey& key)
      : m_comment(std::move(comment)), m_key(key) {}
  TrustedComment m_comment;
  PublicKey m_key;
};

// Checks a whole .minisig file (prehashed form "ED" only, rules a to f of manifest-schema/README.md
// "Signatures") against the keys. Throws Errc::untrusted that says which check failed; Errc::config
// where two keys have one id.
SignedBytes verify(std::string unverified_bytes, std::string_view unverified_signature,
                   std::span<const PublicKey> keys);
SignedDigest verify_digest(const Blake2b& digest, std::string_view unverified_signature,
                           std::span<const PublicKey> keys);

// The trusted comment alone, which a signature of its own covers: what it says of a file (its name,
// its SHA-256) is known before the file is there. It proves nothing about any bytes.
TrustedComment verify_comment(std::string_view unverified_signature,
                              std::span<const PublicKey> keys);

// Which key a signature says it is by, as PublicKey::id_text() writes it; for messages, since it
// proves nothing. Throws Errc::untrusted where it is no signature.
std::string unverified_key_id(std::string_view unverified_signature);

}  // namespace trust
