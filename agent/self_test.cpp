#include "agent/self_test.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/digest.hpp"
#include "trust/tuf/key.hpp"

#include <string>

namespace agent {
namespace {

[[noreturn]] void fail(std::string_view what) {
  throw base::Error(base::Errc::internal, base::cat("self-test: ", what, " is wrong"));
}

bool is_signed(const SelfTestVectors& vectors, std::string_view message) {
  const auto public_key = base::from_hex(vectors.public_key);
  const auto signature = base::from_hex(vectors.signature);
  return public_key && signature &&
         trust::tuf::checks_ed25519(trust::tuf::ed25519_key(*public_key), message, *signature);
}

}  // namespace

const SelfTestVectors kSelfTestVectors{
    .message = "abc",
    .sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    .public_key = "81e29288968ec6eae43edfa486b416946b145b3450fe139349b82afb9558e240",
    .signature =
        "294371cb231689953bf4faf2a87a4cfea66028a941ff278af1f2bf0272a91e34"
        "37f267a0c76b65ff5eb884d1bd2a759ed902e6a86603a18872ddf8853d1b5b0c"};

void run_self_test(const SelfTestVectors& vectors) {
  const std::string message(vectors.message);
  if (trust::sha256_of(message).hex() != vectors.sha256) fail("SHA-256");
  if (!is_signed(vectors, message) || is_signed(vectors, message + ".")) fail("Ed25519");
}

}  // namespace agent
