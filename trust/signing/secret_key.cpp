#include "trust/signing/secret_key.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/sodium_start.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

// minisign's secret key file: a comment line, then base64 of these 158 bytes.
//
//   offset  0   2  "Ed"
//           2   2  "Sc" (scrypt) or two zeros (not encrypted)
//           4   2  "B2"
//           6  32  salt
//          38   8  scrypt's opslimit, little-endian
//          46   8  scrypt's memlimit, little-endian
//          54 104  id (8), secret key (64 = seed and public key), checksum (32), XORed with the
//                  scrypt stream where encrypted; checksum = BLAKE2b-256("Ed", id, secret key)

namespace trust {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::string_view kCommentPrefix = "untrusted comment: ";
constexpr std::string_view kEncryptedComment = "untrusted comment: minisign encrypted secret key\n";
constexpr std::string_view kPlainComment = "untrusted comment: minisign secret key\n";
constexpr std::string_view kSignatureComment =
    "untrusted comment: signature from minisign secret key\n";

constexpr std::size_t kFileBytes = 158;
constexpr std::size_t kFileCharacters = 212;
constexpr std::size_t kMaxFileTextBytes = 4096;
constexpr std::size_t kSaltOffset = 6;
constexpr std::size_t kSaltBytes = crypto_pwhash_scryptsalsa208sha256_SALTBYTES;
constexpr std::size_t kOpsLimitOffset = 38;
constexpr std::size_t kMemLimitOffset = 46;
constexpr std::size_t kSealedOffset = 54;
constexpr std::size_t kSealedBytes = 104;
constexpr std::size_t kIdBytes = 8;
constexpr std::size_t kKeyBytes = crypto_sign_SECRETKEYBYTES;
constexpr std::size_t kChecksumBytes = 32;

// What a key file may ask of this machine: libsodium's "sensitive", which minisign itself uses.
// With these, scrypt's N is at most 2^20.
constexpr std::uint64_t kMaxOpsLimit = crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE;
constexpr std::uint64_t kMaxMemLimit = crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE;
constexpr std::uint64_t kMinOpsLimit = crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_MIN;
constexpr std::uint64_t kMinMemLimit = crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_MIN;

using Checksum = std::array<unsigned char, kChecksumBytes>;

[[noreturn]] void fail(std::string_view problem) { throw Error(Errc::config, cat(problem)); }

[[noreturn]] void fail_form() {
  fail("this is no minisign secret key file; `cco-release keys new` makes one");
}

std::uint64_t read_u64(const unsigned char* bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 8; i-- > 0;) {
    number = (number << 8U) | bytes[i];
  }
  return number;
}

void write_u64(unsigned char* bytes, std::uint64_t number) {
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<unsigned char>(number >> (8 * i));
  }
}

// The 158 bytes of a key file. The comment line may be missing and blanks may follow, because CI
// secrets are pasted by hand.
SecretBytes decode_file(const SecretBytes& file_text) {
  if (file_text.size() > kMaxFileTextBytes) fail_form();
  std::string_view text(reinterpret_cast<const char*>(file_text.data()), file_text.size());
  text = base::trim(text);
  if (text.starts_with(kCommentPrefix)) {
    const std::size_t line_end = text.find('\n');
    if (line_end == std::string_view::npos) fail_form();
    text.remove_prefix(line_end + 1);
  }
  if (text.size() != kFileCharacters) fail_form();
  SecretBytes file(kFileBytes);
  std::size_t length = 0;
  const int status = sodium_base642bin(file.data(), file.size(), text.data(), text.size(), nullptr,
                                       &length, nullptr, sodium_base64_VARIANT_ORIGINAL);
  if (status != 0 || length != kFileBytes) fail_form();
  if (std::memcmp(file.data(), "Ed", 2) != 0 || std::memcmp(file.data() + 4, "B2", 2) != 0) {
    fail_form();
  }
  return file;
}

enum class Protection { password, none };

Protection protection_of(const SecretBytes& file) {
  if (std::memcmp(file.data() + 2, "Sc", 2) == 0) return Protection::password;
  if (std::memcmp(file.data() + 2, "\0\0", 2) == 0) return Protection::none;
  fail("the key file is encrypted in a way that is not known here");
}

// XORs the sealed part with scrypt's stream. False where memory does not suffice.
bool apply_password(SecretBytes& file, const SecretBytes& password) {
  SecretBytes stream(kSealedBytes);
  const int status = crypto_pwhash_scryptsalsa208sha256(
      stream.data(), stream.size(), reinterpret_cast<const char*>(password.data()), password.size(),
      file.data() + kSaltOffset, read_u64(file.data() + kOpsLimitOffset),
      static_cast<std::size_t>(read_u64(file.data() + kMemLimitOffset)));
  if (status != 0) return false;
  for (std::size_t i = 0; i < kSealedBytes; ++i) {
    file.data()[kSealedOffset + i] ^= stream.data()[i];
  }
  return true;
}

void decrypt(SecretBytes& file, const SecretBytes* password) {
  if (password == nullptr) {
    fail(
        "the key file is encrypted; give its password (a terminal, --password-file, "
        "--password-fd or CCO_RELEASE_PASSWORD)");
  }
  if (read_u64(file.data() + kOpsLimitOffset) > kMaxOpsLimit ||
      read_u64(file.data() + kMemLimitOffset) > kMaxMemLimit) {
    fail(
        "the key file asks for more than 1 GiB of memory or more work than minisign's own keys; "
        "it is damaged or hostile");
  }
  if (!apply_password(file, *password)) {
    fail(cat("not enough memory to unlock the key (it takes ",
             base::human_size(read_u64(file.data() + kMemLimitOffset)),
             "); use a machine with more"));
  }
}

// With the strongest limits that this machine's memory allows, as minisign does it.
void encrypt(SecretBytes& file, const SecretBytes& password) {
  std::memcpy(file.data() + 2, "Sc", 2);
  randombytes_buf(file.data() + kSaltOffset, kSaltBytes);
  std::uint64_t ops_limit = kMaxOpsLimit;
  std::uint64_t mem_limit = kMaxMemLimit;
  while (ops_limit >= kMinOpsLimit && mem_limit >= kMinMemLimit) {
    write_u64(file.data() + kOpsLimitOffset, ops_limit);
    write_u64(file.data() + kMemLimitOffset, mem_limit);
    if (apply_password(file, password)) return;
    ops_limit /= 2;
    mem_limit /= 2;
  }
  fail("not enough memory to encrypt the key; use a machine with more");
}

Checksum checksum_of(const unsigned char* id_and_key) {
  start_sodium();
  crypto_generichash_state state;
  Checksum checksum{};
  crypto_generichash_init(&state, nullptr, 0, checksum.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>("Ed"), 2);
  crypto_generichash_update(&state, id_and_key, kIdBytes + kKeyBytes);
  crypto_generichash_final(&state, checksum.data(), checksum.size());
  sodium_memzero(&state, sizeof state);
  return checksum;
}

// Does the public half belong to the seed? A key where it does not would give itself away with each
// signature.
bool halves_belong_together(const SecretBytes& key) {
  SecretBytes again(kKeyBytes);
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_half{};
  crypto_sign_seed_keypair(public_half.data(), again.data(), key.data());
  return sodium_memcmp(again.data(), key.data(), kKeyBytes) == 0;
}

PublicKey public_key_of(const unsigned char* id, const SecretBytes& key) {
  std::array<unsigned char, 8> id_bytes{};
  std::array<unsigned char, 32> public_half{};
  std::copy_n(id, id_bytes.size(), id_bytes.begin());
  std::copy_n(key.data() + kKeyBytes - public_half.size(), public_half.size(), public_half.begin());
  return {id_bytes, public_half};
}

std::string sign_with(const SecretBytes& key, std::string_view message) {
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                       reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                       key.data());
  return signature;
}

}  // namespace

struct SecretKey::State {
  SecretBytes key;
  PublicKey public_key;
};

SecretKey::SecretKey(std::unique_ptr<State> state) : m_state(std::move(state)) {}
SecretKey::SecretKey(SecretKey&&) noexcept = default;
SecretKey& SecretKey::operator=(SecretKey&&) noexcept = default;
SecretKey::~SecretKey() = default;

SecretKey SecretKey::generate() {
  SecretBytes key(kKeyBytes);
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_half{};
  std::array<unsigned char, kIdBytes> id{};
  crypto_sign_keypair(public_half.data(), key.data());
  randombytes_buf(id.data(), id.size());
  PublicKey public_key(id, public_half);
  return SecretKey(std::make_unique<State>(State{std::move(key), public_key}));
}

bool SecretKey::is_encrypted(const SecretBytes& file_text) {
  return protection_of(decode_file(file_text)) == Protection::password;
}

SecretKey SecretKey::parse(const SecretBytes& file_text, const SecretBytes* password) {
  SecretBytes file = decode_file(file_text);
  const Protection protection = protection_of(file);
  if (protection == Protection::password) decrypt(file, password);

  const unsigned char* const id = file.data() + kSealedOffset;
  const unsigned char* const stored = id + kIdBytes + kKeyBytes;
  const bool checksum_fits = sodium_memcmp(checksum_of(id).data(), stored, kChecksumBytes) == 0;
  // `minisign -G -W` writes zeros there.
  const bool checksum_absent =
      protection == Protection::none && sodium_is_zero(stored, kChecksumBytes) == 1;
  if (!checksum_fits && !checksum_absent) {
    fail(protection == Protection::password
             ? "the password is wrong for this key file (or the file is damaged)"
             : "the key file is damaged: its checksum is wrong; take it from a backup");
  }
  SecretBytes key(kKeyBytes);
  std::memcpy(key.data(), id + kIdBytes, kKeyBytes);
  if (!halves_belong_together(key)) {
    fail("the key file is damaged: its halves do not belong together; take it from a backup");
  }
  PublicKey public_key = public_key_of(id, key);
  return SecretKey(std::make_unique<State>(State{std::move(key), public_key}));
}

const PublicKey& SecretKey::public_key() const { return m_state->public_key; }

SecretBytes SecretKey::file_text(const SecretBytes* password) const {
  SecretBytes file(kFileBytes);
  std::memcpy(file.data(), "Ed", 2);
  std::memcpy(file.data() + 4, "B2", 2);
  unsigned char* const sealed = file.data() + kSealedOffset;
  std::copy(m_state->public_key.id().begin(), m_state->public_key.id().end(), sealed);
  std::memcpy(sealed + kIdBytes, m_state->key.data(), kKeyBytes);
  const Checksum checksum = checksum_of(sealed);
  std::copy(checksum.begin(), checksum.end(), sealed + kIdBytes + kKeyBytes);
  if (password != nullptr) encrypt(file, *password);

  const std::string_view comment = password == nullptr ? kPlainComment : kEncryptedComment;
  // sodium_bin2base64 ends with NUL, which becomes the final LF.
  SecretBytes text(comment.size() + kFileCharacters + 1);
  std::copy(comment.begin(), comment.end(), text.data());
  sodium_bin2base64(reinterpret_cast<char*>(text.data()) + comment.size(), kFileCharacters + 1,
                    file.data(), file.size(), sodium_base64_VARIANT_ORIGINAL);
  text.data()[text.size() - 1] = '\n';
  return text;
}

std::string SecretKey::sign_message(std::string_view message) const {
  std::string signature = sign_with(m_state->key, message);
  // A faulty signature can give the key away; it never leaves this function.
  if (!is_signature_by(m_state->public_key, message, signature)) {
    throw Error(Errc::internal, "the new signature does not verify");
  }
  return signature;
}

std::string SecretKey::sign(const Blake2b& digest, const TrustedComment& comment) const {
  return write_signature(m_state->public_key, digest, comment,
                         [this](std::string_view message) { return sign_message(message); });
}

bool is_signature_by(const PublicKey& key, std::string_view message, std::string_view signature) {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(signature.data()),
                                     reinterpret_cast<const unsigned char*>(message.data()),
                                     message.size(), key.bytes().data()) == 0;
}

std::string write_signature(const PublicKey& key, const Blake2b& digest,
                            const TrustedComment& comment, const SignMessage& sign_message) {
  const std::string_view message(reinterpret_cast<const char*>(digest.data()), digest.size());
  const std::string of_digest = sign_message(message);
  const std::string comment_text = comment.text();
  const std::string of_both = sign_message(of_digest + comment_text);
  const std::string_view id_bytes(reinterpret_cast<const char*>(key.id().data()), key.id().size());
  std::string text = cat(kSignatureComment, base::to_base64(cat("ED", id_bytes, of_digest)), "\n",
                         "trusted comment: ", comment_text, "\n", base::to_base64(of_both), "\n");
  // A faulty signature can give the key away; it never leaves this function.
  base::with_context("verify the new signature",
                     [&] { verify_digest(digest, text, std::span(&key, 1)); });
  return text;
}

}  // namespace trust
