#pragma once

#include "trust/digest.hpp"
#include "trust/minisign.hpp"
#include "trust/public_key.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace trust {

// Secret text or bytes in libsodium's guarded memory, wiped on destruction.
class SecretBytes {
 public:
  explicit SecretBytes(std::size_t size);
  // Copies, then wipes `source`.
  static SecretBytes take(std::string& source);
  SecretBytes(SecretBytes&&) noexcept;
  SecretBytes& operator=(SecretBytes&&) noexcept;
  ~SecretBytes();
  [[nodiscard]] unsigned char* data() const { return m_data; }
  [[nodiscard]] std::size_t size() const { return m_size; }

 private:
  unsigned char* m_data = nullptr;
  std::size_t m_size = 0;
};

// A minisign secret key, unlocked. Its bytes never leave guarded memory.
class SecretKey {
 public:
  static SecretKey generate();
  // Is the key file encrypted with a password? Throws Errc::config if it is no minisign key file.
  static bool is_encrypted(const SecretBytes& file_text);
  // Reads the text of a key file; scrypt limits are capped (at most 1 GiB, N at most 2^20). Throws
  // Errc::config for a damaged file, for a wrong password and for a missing one, each in its own
  // words.
  static SecretKey parse(const SecretBytes& file_text, const SecretBytes* password);

  SecretKey(SecretKey&&) noexcept;
  SecretKey& operator=(SecretKey&&) noexcept;
  ~SecretKey();

  [[nodiscard]] const PublicKey& public_key() const;
  // The text of a key file: encrypted (scrypt, libsodium's SENSITIVE limits, halved where memory
  // lacks, as minisign does) or not, then with a real checksum.
  [[nodiscard]] SecretBytes file_text(const SecretBytes* password) const;

  // 64 bytes of Ed25519 over the message itself, as metadata is signed; verified with the public
  // key before they are given back.
  [[nodiscard]] std::string sign_message(std::string_view message) const;
  // The whole text of a .minisig file (prehashed form), verified with the public key before it is
  // given back.
  [[nodiscard]] std::string sign(const Blake2b& digest, const TrustedComment& comment) const;

 private:
  struct State;
  explicit SecretKey(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

// The same text by a key that is not here: `sign_message` gives its Ed25519 signature of 64 bytes
// over what it is given. It is asked twice: for the BLAKE2b-512 digest of the file, and for that
// signature with the text of the trusted comment behind it. The result is verified with the public
// key.
using SignMessage = std::function<std::string(std::string_view message)>;
std::string write_signature(const PublicKey& key, const Blake2b& digest,
                            const TrustedComment& comment, const SignMessage& sign_message);

// Does this key's signature over the message verify?
bool is_signature_by(const PublicKey& key, std::string_view message, std::string_view signature);

// RLIMIT_CORE 0 and not dumpable, for a process that will hold keys.
void forbid_core_files();

}  // namespace trust
