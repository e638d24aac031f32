#include "trust/minisign.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/bytes.hpp"
#include "trust/sodium_start.hpp"

#include <sodium.h>

#include <algorithm>

namespace trust {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::string_view kUntrustedPrefix = "untrusted comment: ";
constexpr std::string_view kTrustedPrefix = "trusted comment: ";
// Limits of minisign itself, so that whatever passes here passes there.
constexpr std::size_t kMaxUntrustedCommentBytes = 1024;
constexpr std::size_t kMaxTrustedCommentBytes = 8192 - 18;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kSignatureLineBytes = 2 + 8 + kSignatureBytes;

// The parts of a .minisig file that has the right form; nothing of it is proven yet.
struct UnverifiedSignature {
  std::array<unsigned char, 8> key_id{};
  std::string of_digest;
  std::string comment;
  std::string of_digest_and_comment;
};

[[noreturn]] void fail(std::string_view problem) { throw Error(Errc::untrusted, cat(problem)); }

// C0 and DEL, and C1 in its UTF-8 form; a TAB is right only in the trusted comment.
bool has_control_characters(std::string_view line, bool tab_allowed) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    if (byte == '\t' && tab_allowed) continue;
    if (byte < 0x20 || byte == 0x7F) return true;
    const bool second_of_c1 =
        byte == 0xC2 && i + 1 < line.size() && static_cast<unsigned char>(line[i + 1]) < 0xA0;
    if (second_of_c1) return true;
  }
  return false;
}

// The four lines, without their ends: all LF or all CRLF, the last one optional.
std::vector<std::string_view> split_signature(std::string_view text) {
  if (text.size() > kMaxSignatureBytes) {
    fail(cat("the signature file is larger than ", kMaxSignatureBytes, " bytes"));
  }
  const bool carriage_returns = text.find("\r\n") != std::string_view::npos;
  const bool last_line_ends = text.ends_with('\n');
  if (last_line_ends) text.remove_suffix(1);
  std::vector<std::string_view> lines = base::split(text, '\n');
  if (lines.size() != 4) fail("the signature file has not exactly four lines");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (carriage_returns && (i + 1 < lines.size() || last_line_ends)) {
      if (!lines[i].ends_with('\r')) fail("the signature file mixes LF and CRLF");
      lines[i].remove_suffix(1);
    }
    if (has_control_characters(lines[i], i == 2)) {
      fail("the signature file holds control characters");
    }
    if (!base::is_utf8(lines[i])) fail("the signature file is not UTF-8");
  }
  return lines;
}

std::string decode_line(std::string_view line, std::size_t size, std::string_view name) {
  auto decoded = base::from_base64(line);
  if (!decoded || decoded->size() != size) {
    fail(cat("the ", name, " line of the signature file is not canonical base64 of ", size,
             " bytes"));
  }
  return std::move(*decoded);
}

UnverifiedSignature parse_signature(std::string_view text) {
  const auto lines = split_signature(text);
  if (!lines[0].starts_with(kUntrustedPrefix) || lines[0].size() > kMaxUntrustedCommentBytes) {
    fail("the signature file does not begin with \"untrusted comment: \"");
  }
  if (!lines[2].starts_with(kTrustedPrefix)) {
    fail("the signature file has no trusted comment");
  }
  const std::string first = decode_line(lines[1], kSignatureLineBytes, "second");
  if (first.starts_with("Ed")) {
    fail("the signature is of minisign's legacy form; sign again without -l");
  }
  if (!first.starts_with("ED")) fail("the signature has an unknown algorithm");

  UnverifiedSignature signature;
  std::copy_n(first.begin() + 2, signature.key_id.size(), signature.key_id.begin());
  signature.of_digest = first.substr(2 + signature.key_id.size());
  signature.comment = lines[2].substr(kTrustedPrefix.size());
  if (signature.comment.size() > kMaxTrustedCommentBytes) fail("the trusted comment is too long");
  signature.of_digest_and_comment = decode_line(lines[3], kSignatureBytes, "fourth");
  return signature;
}

const PublicKey& find_key(const UnverifiedSignature& signature, std::span<const PublicKey> keys) {
  const PublicKey* found = nullptr;
  for (const PublicKey& key : keys) {
    for (const PublicKey& other : keys) {
      if (&key != &other && key.id() == other.id()) {
        throw Error(Errc::config,
                    cat("two trusted keys have the id ", key.id_text(), "; remove one of them"));
      }
    }
    if (key.id() == signature.key_id) found = &key;
  }
  if (found == nullptr) {
    const PublicKey unknown(signature.key_id, {});
    fail(cat("the signature is by key ", unknown.id_text(), ", which is not trusted here"));
  }
  return *found;
}

bool is_signed(std::string_view signature, std::string_view message, const PublicKey& key) {
  return crypto_sign_verify_detached(bytes_of(signature), bytes_of(message), message.size(),
                                     key.bytes().data()) == 0;
}

// Proves the comment; the signature of the digest is checked by the caller.
const PublicKey& check_comment(const UnverifiedSignature& signature,
                               std::span<const PublicKey> keys) {
  start_sodium();
  const PublicKey& key = find_key(signature, keys);
  if (!is_signed(signature.of_digest_and_comment, signature.of_digest + signature.comment, key)) {
    fail(cat("the signature by key ", key.id_text(), " does not fit its trusted comment"));
  }
  return key;
}

struct Proof {
  TrustedComment comment;
  PublicKey key;
};

Proof check(const Blake2b& digest, std::string_view unverified_signature,
            std::span<const PublicKey> keys) {
  const UnverifiedSignature signature = parse_signature(unverified_signature);
  const PublicKey& key = check_comment(signature, keys);
  const std::string_view message(reinterpret_cast<const char*>(digest.data()), digest.size());
  if (!is_signed(signature.of_digest, message, key)) {
    fail(cat("the signature by key ", key.id_text(), " does not fit these bytes"));
  }
  return {TrustedComment::parse(signature.comment), key};
}

}  // namespace

TrustedComment TrustedComment::parse(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const std::string_view field : base::split(text, '\t')) {
    const std::size_t colon = field.find(':');
    const std::string_view name = field.substr(0, colon);
    const bool stands_alone = colon == std::string_view::npos;
    if (name.empty() || stands_alone != (name == "hashed")) {
      fail("the trusted comment is not a list of name:value fields");
    }
    const bool seen = std::any_of(fields.begin(), fields.end(),
                                  [&](const auto& other) { return other.first == name; });
    if (seen) fail(cat("the trusted comment has two fields ", base::safe_text(name, 64)));
    fields.emplace_back(name, stands_alone ? std::string_view() : field.substr(colon + 1));
  }
  return TrustedComment(std::move(fields));
}

std::optional<std::string> TrustedComment::find(std::string_view name) const {
  for (const auto& [field, value] : m_fields) {
    if (field == name) return value;
  }
  return std::nullopt;
}

void TrustedComment::require(std::string_view name, std::string_view value) const {
  const auto found = find(name);
  if (!found) fail(cat("the signature does not say for which ", name, " it is"));
  if (*found != value) {
    fail(cat("the signature is for ", name, " ", base::safe_text(*found, 256), ", not ", value));
  }
}

std::string TrustedComment::text() const {
  std::string text;
  for (const auto& [name, value] : m_fields) {
    if (!text.empty()) text += '\t';
    text += name == "hashed" ? name : cat(name, ":", value);
  }
  return text;
}

SignedBytes verify(std::string unverified_bytes, std::string_view unverified_signature,
                   std::span<const PublicKey> keys) {
  Proof proof = check(blake2b_of(unverified_bytes), unverified_signature, keys);
  return {std::move(unverified_bytes), std::move(proof.comment), proof.key};
}

TrustedComment verify_comment(std::string_view unverified_signature,
                              std::span<const PublicKey> keys) {
  const UnverifiedSignature signature = parse_signature(unverified_signature);
  check_comment(signature, keys);
  return TrustedComment::parse(signature.comment);
}

SignedDigest verify_digest(const Blake2b& digest, std::string_view unverified_signature,
                           std::span<const PublicKey> keys) {
  Proof proof = check(digest, unverified_signature, keys);
  return {std::move(proof.comment), proof.key};
}

std::string unverified_key_id(std::string_view unverified_signature) {
  return PublicKey(parse_signature(unverified_signature).key_id, {}).id_text();
}

}  // namespace trust
