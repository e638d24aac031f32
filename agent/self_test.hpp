#pragma once

#include <string_view>

namespace agent {

// What a program whose cryptography works says of one short message; made with stock tools.
struct SelfTestVectors {
  std::string_view message;
  std::string_view sha256;      // hexadecimal
  std::string_view blake2b;     // hexadecimal; RFC 7693, appendix A
  std::string_view public_key;  // "RW…"
  std::string_view signature;   // a whole .minisig of the message
};
extern const SelfTestVectors kSelfTestVectors;

// A build whose cryptography is broken must never go live: SHA-256, BLAKE2b and a minisign
// signature (Ed25519) of the vectors are right, and the signature is refused for any other message.
// Throws Errc::internal, naming the first that is not.
void run_self_test(const SelfTestVectors& vectors = kSelfTestVectors);

}  // namespace agent
