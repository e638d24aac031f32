#pragma once

#include <string_view>

namespace agent {

// What a program whose cryptography works says of one short message; made with stock tools
// (sha256sum, openssl). Hexadecimal but for the message.
struct SelfTestVectors {
  std::string_view message;
  std::string_view sha256;
  std::string_view public_key;  // Ed25519
  std::string_view signature;
};
extern const SelfTestVectors kSelfTestVectors;

// A build whose cryptography is broken must never go live: SHA-256 and an Ed25519 signature of the
// vectors are right, and the signature is refused for any other message. Throws Errc::internal,
// naming the first that is not.
void run_self_test(const SelfTestVectors& vectors = kSelfTestVectors);

}  // namespace agent
