#include "trust/digest.hpp"

#include "base/encoding.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace {

std::string hex_of(const trust::Blake2b& digest) {
  return base::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

TEST_SUITE("trust/digest") {
  TEST_CASE("SHA-256 gives the digests of FIPS 180-4") {
    CHECK(trust::sha256_of("").hex() ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(trust::sha256_of("abc").hex() ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  TEST_CASE("BLAKE2b-512 gives the digests of RFC 7693") {
    CHECK(hex_of(trust::blake2b_of("abc")) ==
          "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
          "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  }

  TEST_CASE("a digest does not depend on how the bytes arrive") {
    const std::string text(100'000, 'x');
    trust::Sha256Hasher sha256;
    trust::Blake2bHasher blake2b;
    for (std::size_t start = 0; start < text.size(); start += 777) {
      sha256.update(std::string_view(text).substr(start, 777));
      blake2b.update(std::string_view(text).substr(start, 777));
    }
    trust::Sha256Hasher moved = std::move(sha256);
    CHECK(moved.finish() == trust::sha256_of(text));
    CHECK(blake2b.finish() == trust::blake2b_of(text));
  }

  TEST_CASE("only 64 hexadecimal digits are a SHA-256") {
    const std::string hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    CHECK(trust::Sha256::from_hex(hex) == trust::sha256_of("abc"));
    CHECK(
        trust::Sha256::from_hex("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")
            ->hex() == hex);
    CHECK_FALSE(trust::Sha256::from_hex(""));
    CHECK_FALSE(trust::Sha256::from_hex(hex + "00"));
    CHECK_FALSE(trust::Sha256::from_hex(hex.substr(2)));
    CHECK_FALSE(trust::Sha256::from_hex("0x" + hex.substr(2)));
    CHECK_FALSE(trust::Sha256::from_hex(hex.substr(1) + "g"));
  }
}
