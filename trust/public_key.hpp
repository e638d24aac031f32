#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace trust {

// Of a .pub file, whose comment may be long.
inline constexpr std::size_t kMaxPublicKeyFileBytes = std::size_t{16} * 1024;

// A minisign public key: an id, which is only a hint, and 32 bytes of Ed25519.
class PublicKey {
 public:
  // The 56 characters of line 2 ("RW…"). Throws Errc::config where they are not canonical base64 of
  // a minisign key.
  static PublicKey parse(std::string_view line);
  // A whole .pub file of two lines. Throws Errc::config.
  static PublicKey parse_file(std::string_view text);

  PublicKey(const std::array<unsigned char, 8>& id, const std::array<unsigned char, 32>& key);

  [[nodiscard]] std::string line() const;  // "RW…"
  // As minisign prints it: the id as a little-endian number in 16 upper-case hexadecimal digits.
  [[nodiscard]] std::string id_text() const;
  [[nodiscard]] std::string file_text() const;  // both lines of a .pub file
  [[nodiscard]] const std::array<unsigned char, 8>& id() const { return m_id; }
  [[nodiscard]] const std::array<unsigned char, 32>& bytes() const { return m_key; }
  bool operator==(const PublicKey&) const = default;

 private:
  std::array<unsigned char, 8> m_id;
  std::array<unsigned char, 32> m_key;
};

}  // namespace trust
