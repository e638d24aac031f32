#pragma once

#include "trust/signing/secret_key.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace releaser {

// A key that can sign, wherever its secret half lies: unlocked in this process, or with a program.
class Signer {
 public:
  // `work` gives 64 bytes of Ed25519 over the message.
  Signer(const trust::PublicKey& key, trust::SignMessage work)
      : m_key(key), m_work(std::move(work)) {}
  explicit Signer(trust::SecretKey key);
  // By a key that outlives it.
  static Signer borrow(const trust::SecretKey& key) {
    return {key.public_key(),
            [&key](std::string_view message) { return key.sign_message(message); }};
  }

  [[nodiscard]] const trust::PublicKey& public_key() const { return m_key; }
  // Of the message itself, as metadata is signed.
  [[nodiscard]] std::string sign_message(std::string_view message) const { return m_work(message); }
  // The whole text of a .minisig file (prehashed form), verified.
  [[nodiscard]] std::string sign(const trust::Blake2b& digest,
                                 const trust::TrustedComment& comment) const {
    return trust::write_signature(m_key, digest, comment, m_work);
  }

 private:
  trust::PublicKey m_key;
  trust::SignMessage m_work;
};

}  // namespace releaser
