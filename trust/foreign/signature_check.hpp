#pragma once

#include "trust/tuf/key.hpp"

#include <cstddef>
#include <string_view>

// Signatures of repositories that others write. A library of its own: the agent, which knows
// Ed25519 and nothing else, never links it.

namespace trust::foreign {

// A public key in PEM; RSA of 8192 bits has 1.4 KB.
inline constexpr std::size_t kMaxPemBytes = 4096;
inline constexpr int kMinRsaBits = 2048;
inline constexpr int kMaxRsaBits = 8192;

// A trust::tuf::SignatureCheck that knows
//   ed25519                                     as the agent does
//   ecdsa-sha2-nistp256 (also keytype "ecdsa")  P-256 and SHA-256, signatures in DER
//   rsassa-pss-sha256 (keytype "rsa")           PSS with SHA-256 for both hashes and a salt of any
//                                               length
// Keys are SubjectPublicKeyInfo in PEM, in the one spelling that encoding them again gives (line
// ends aside), so that one key cannot count as two by its spelling.
bool checks_any(const tuf::Key& key, std::string_view message, std::string_view signature);

}  // namespace trust::foreign
