#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace trust {

// A SHA-256 digest.
class Sha256 {
 public:
  Sha256() = default;
  explicit Sha256(const std::array<unsigned char, 32>& bytes) : m_bytes(bytes) {}
  // 64 hexadecimal digits, either case; nothing otherwise.
  static std::optional<Sha256> from_hex(std::string_view text);

  [[nodiscard]] std::string hex() const;
  [[nodiscard]] const std::array<unsigned char, 32>& bytes() const { return m_bytes; }
  auto operator<=>(const Sha256&) const = default;

 private:
  std::array<unsigned char, 32> m_bytes{};
};

// BLAKE2b-512, what minisign's prehashed form signs.
using Blake2b = std::array<unsigned char, 64>;

// Both digests of one stream of bytes, or either of them.
class Sha256Hasher {
 public:
  Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;
  ~Sha256Hasher();
  void update(std::string_view bytes);
  // Once.
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

class Blake2bHasher {
 public:
  Blake2bHasher();
  Blake2bHasher(Blake2bHasher&&) noexcept;
  Blake2bHasher& operator=(Blake2bHasher&&) noexcept;
  ~Blake2bHasher();
  void update(std::string_view bytes);
  Blake2b finish();

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

Sha256 sha256_of(std::string_view bytes);
Blake2b blake2b_of(std::string_view bytes);
// SHA-512 in hexadecimal digits, which some foreign metadata gives.
std::string sha512_hex(std::string_view bytes);

}  // namespace trust
