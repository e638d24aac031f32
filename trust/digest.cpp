#include "trust/digest.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "trust/bytes.hpp"
#include "trust/sodium_start.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>

namespace trust {
namespace {

[[noreturn]] void fail_sha256() {
  throw base::Error(base::Errc::internal, "SHA-256 of the OpenSSL library does not work");
}

}  // namespace

std::optional<Sha256> Sha256::from_hex(std::string_view text) {
  const auto decoded = base::from_hex(text);
  if (!decoded || decoded->size() != 32) return std::nullopt;
  std::array<unsigned char, 32> bytes{};
  std::copy(decoded->begin(), decoded->end(), bytes.begin());
  return Sha256(bytes);
}

std::string Sha256::hex() const {
  return base::to_hex(
      std::string_view(reinterpret_cast<const char*>(m_bytes.data()), m_bytes.size()));
}

struct Sha256Hasher::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

Sha256Hasher::Sha256Hasher() : m_state(std::make_unique<State>()) {
  if (!m_state->context || EVP_DigestInit_ex(m_state->context.get(), EVP_sha256(), nullptr) != 1) {
    fail_sha256();
  }
}
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;
Sha256Hasher::~Sha256Hasher() = default;

void Sha256Hasher::update(std::string_view bytes) {
  if (EVP_DigestUpdate(m_state->context.get(), bytes.data(), bytes.size()) != 1) fail_sha256();
}

Sha256 Sha256Hasher::finish() {
  std::array<unsigned char, 32> digest{};
  if (EVP_DigestFinal_ex(m_state->context.get(), digest.data(), nullptr) != 1) fail_sha256();
  return Sha256(digest);
}

struct Blake2bHasher::State {
  crypto_generichash_state hash;
};

Blake2bHasher::Blake2bHasher() : m_state(std::make_unique<State>()) {
  start_sodium();
  crypto_generichash_init(&m_state->hash, nullptr, 0, std::tuple_size_v<Blake2b>);
}
Blake2bHasher::Blake2bHasher(Blake2bHasher&&) noexcept = default;
Blake2bHasher& Blake2bHasher::operator=(Blake2bHasher&&) noexcept = default;
Blake2bHasher::~Blake2bHasher() = default;

void Blake2bHasher::update(std::string_view bytes) {
  crypto_generichash_update(&m_state->hash, bytes_of(bytes), bytes.size());
}

Blake2b Blake2bHasher::finish() {
  Blake2b digest{};
  crypto_generichash_final(&m_state->hash, digest.data(), digest.size());
  return digest;
}

Sha256 sha256_of(std::string_view bytes) {
  Sha256Hasher hasher;
  hasher.update(bytes);
  return hasher.finish();
}

std::string sha512_hex(std::string_view bytes) {
  std::array<unsigned char, crypto_hash_sha512_BYTES> digest{};
  crypto_hash_sha512(digest.data(), bytes_of(bytes), bytes.size());
  return base::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Blake2b blake2b_of(std::string_view bytes) {
  Blake2bHasher hasher;
  hasher.update(bytes);
  return hasher.finish();
}

}  // namespace trust
