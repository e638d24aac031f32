#include "trust/public_key.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/sodium_start.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstddef>

namespace trust {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// "Ed" | id (8) | Ed25519 public key (32), as minisign lays it out.
constexpr std::size_t kLineCharacters = 56;
constexpr std::size_t kDecodedBytes = 42;
constexpr std::string_view kCommentPrefix = "untrusted comment: ";
constexpr std::size_t kMaxCommentBytes = 1024;

[[noreturn]] void refuse_key(std::string_view problem) {
  throw Error(Errc::config, cat("not a minisign public key: ", problem,
                                "; it is the second line of a .pub file and begins with \"RW\""));
}

std::string_view view_of(const auto& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

PublicKey::PublicKey(const std::array<unsigned char, 8>& id,
                     const std::array<unsigned char, 32>& key)
    : m_id(id), m_key(key) {}

PublicKey PublicKey::parse(std::string_view line) {
  if (line.size() != kLineCharacters)
    refuse_key(cat("it has not ", kLineCharacters, " characters"));
  const auto decoded = base::from_base64(line);
  if (!decoded || decoded->size() != kDecodedBytes) refuse_key("it is not canonical base64");
  if (!decoded->starts_with("Ed")) refuse_key("its algorithm is not \"Ed\"");
  std::array<unsigned char, 8> id{};
  std::array<unsigned char, 32> key{};
  std::copy_n(decoded->begin() + 2, id.size(), id.begin());
  std::copy_n(decoded->begin() + 2 + id.size(), key.size(), key.begin());
  start_sodium();
  // Points of small order would accept signatures that nobody made.
  if (crypto_core_ed25519_is_valid_point(key.data()) != 1) refuse_key("it is no point of Ed25519");
  return {id, key};
}

PublicKey PublicKey::parse_file(std::string_view text) {
  const auto lines = base::split_lines(text);
  if (lines.size() != 2) refuse_key("the file has not two lines");
  if (!lines[0].starts_with(kCommentPrefix) || lines[0].size() > kMaxCommentBytes) {
    refuse_key("the first line of the file does not begin with \"untrusted comment: \"");
  }
  return parse(lines[1]);
}

std::string PublicKey::line() const {
  return base::to_base64(cat("Ed", view_of(m_id), view_of(m_key)));
}

std::string PublicKey::id_text() const {
  std::string reversed(m_id.rbegin(), m_id.rend());
  std::string hex = base::to_hex(reversed);
  std::transform(hex.begin(), hex.end(), hex.begin(),
                 [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  return hex;
}

std::string PublicKey::file_text() const {
  const std::string id = id_text();
  const std::size_t first = std::min(id.find_first_not_of('0'), id.size() - 1);
  // minisign writes the id as a number, without leading zeros.
  return cat("untrusted comment: minisign public key ", id.substr(first), "\n", line(), "\n");
}

}  // namespace trust
