#include "agent/self_test.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/digest.hpp"
#include "trust/minisign.hpp"

#include <array>
#include <string>

namespace agent {
namespace {

[[noreturn]] void fail(std::string_view what) {
  throw base::Error(base::Errc::internal, base::cat("self-test: ", what, " is wrong"));
}

bool is_signed(const SelfTestVectors& vectors, std::string message) {
  try {
    const std::array keys{trust::PublicKey::parse(vectors.public_key)};
    return trust::verify(std::move(message), vectors.signature, keys).bytes() == vectors.message;
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace

const SelfTestVectors kSelfTestVectors{
    .message = "abc",
    .sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    .blake2b =
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    .public_key = "RWQ6QvJqhJjS9XU0T+rBitpQl5LpmOEZSCT23JklNEBIB++z20c3c+RH",
    .signature =
        "untrusted comment: signature from minisign secret key\n"
        "RUQ6QvJqhJjS9UFEjXiRcBst6ETv9nUWL4FxusoyXJ+9dVmdlC"
        "YJ5/c1W/K/ZfKDEBMw5EAbjbJRm33lSU18jAiIAfD0ac2sJwk=\n"
        "trusted comment: timestamp:1795176000\tfile:abc\thashed\tapp:self-test\n"
        "l5BEOT+wFHuI/Gm/1B289Xejpkd90CxxoVIcRCwqjpaYUHzCJGv4/nrdyHgk4mMy6aBk4ASbMBJFfqpQedn1Bw=="
        "\n"};

void run_self_test(const SelfTestVectors& vectors) {
  const std::string message(vectors.message);
  if (trust::sha256_of(message).hex() != vectors.sha256) {
    fail("SHA-256");
  }
  const trust::Blake2b blake2b = trust::blake2b_of(message);
  if (base::to_hex({reinterpret_cast<const char*>(blake2b.data()), blake2b.size()}) !=
      vectors.blake2b) {
    fail("BLAKE2b");
  }
  if (!is_signed(vectors, message) || is_signed(vectors, message + ".")) {
    fail("Ed25519");
  }
}

}  // namespace agent
