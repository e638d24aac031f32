#include "trust/signing/secret_key.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/trust/vectors.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using base::Errc;
using test::check_error;
using trust::SecretBytes;
using trust::SecretKey;

namespace {

SecretBytes secret(std::string_view text) {
  std::string copy(text);
  return SecretBytes::take(copy);
}

std::string text_of(const SecretBytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string key_file(std::string_view line) {
  return base::cat("untrusted comment: minisign encrypted secret key\n", line, "\n");
}

// The file with one byte of its 158 changed.
std::string with_byte(std::string_view line, std::size_t offset, char byte) {
  std::string bytes = *base::from_base64(line);
  bytes[offset] = byte;
  return key_file(base::to_base64(bytes));
}

const trust::TrustedComment minisign_comment({{"timestamp", "1700000000"},
                                              {"file", "test"},
                                              {"hashed", ""}});

}  // namespace

TEST_SUITE("trust/signing/secret_key") {
  TEST_CASE("a signature is the stock minisign's, byte for byte") {
    const SecretKey key = SecretKey::parse(secret(key_file(vectors::kSecretLine)), nullptr);
    CHECK(key.public_key().line() == vectors::kPublicLine);
    CHECK(key.sign(trust::blake2b_of("test"), minisign_comment) == vectors::test_signature);
    const trust::TrustedComment empty(
        {{"timestamp", "1700000000"}, {"file", "empty"}, {"hashed", ""}});
    CHECK(key.sign(trust::blake2b_of(""), empty) == vectors::empty_signature);
  }

  TEST_CASE("an encrypted key is unlocked by its password only") {
    const SecretBytes file = secret(key_file(vectors::kEncryptedLine));
    CHECK(SecretKey::is_encrypted(file));
    CHECK_FALSE(SecretKey::is_encrypted(secret(vectors::kSecretLine)));
    const SecretBytes password = secret("test");
    const SecretKey key = SecretKey::parse(file, &password);
    CHECK(key.sign(trust::blake2b_of("test"), minisign_comment) == vectors::test_signature);
    const SecretBytes wrong = secret("Test");
    check_error(Errc::config, "password is wrong", [&] { SecretKey::parse(file, &wrong); });
    const SecretBytes nothing = secret("");
    check_error(Errc::config, "password is wrong", [&] { SecretKey::parse(file, &nothing); });
    check_error(Errc::config, "give its password", [&] { SecretKey::parse(file, nullptr); });
  }

  TEST_CASE("a key file is read with and without its comment, and with blanks after it") {
    for (const std::string& text :
         {key_file(vectors::kSecretLine), std::string(vectors::kSecretLine),
          base::cat("untrusted comment: x\r\n", vectors::kSecretLine, "\r\n\n")}) {
      CHECK(SecretKey::parse(secret(text), nullptr).public_key().line() == vectors::kPublicLine);
    }
  }

  TEST_CASE("a key without checksum, as `minisign -G -W` writes it, is read") {
    std::string bytes = *base::from_base64(vectors::kSecretLine);
    bytes.replace(bytes.size() - 32, 32, 32, '\0');
    const SecretKey key = SecretKey::parse(secret(base::to_base64(bytes)), nullptr);
    CHECK(key.public_key().line() == vectors::kPublicLine);
    // Without a checksum the halves still tell damage.
    bytes[54 + 8] ^= 1;
    check_error(Errc::config, "halves do not belong together",
                [&] { SecretKey::parse(secret(base::to_base64(bytes)), nullptr); });
  }

  TEST_CASE("every truncation of a key file is refused") {
    const std::string text = key_file(vectors::kSecretLine);
    for (std::size_t length = 0; length + 1 < text.size(); ++length) {
      CAPTURE(length);
      check_error(Errc::config, "no minisign secret key file",
                  [&] { SecretKey::parse(secret(text.substr(0, length)), nullptr); });
    }
  }

  TEST_CASE("every changed byte of the sealed part is noticed") {
    for (std::size_t offset = 54; offset < 158; ++offset) {
      CAPTURE(offset);
      check_error(Errc::config, "damaged", [&] {
        std::string bytes = *base::from_base64(vectors::kSecretLine);
        bytes[offset] = static_cast<char>(bytes[offset] ^ 0x40);
        SecretKey::parse(secret(base::to_base64(bytes)), nullptr);
      });
    }
  }

  TEST_CASE("what is no key file is refused") {
    for (const std::string& text :
         {std::string("hello"), std::string(5000, 'A'), key_file(vectors::kPublicLine),
          with_byte(vectors::kSecretLine, 0, 'X'), with_byte(vectors::kSecretLine, 5, 'X')}) {
      check_error(Errc::config, "no minisign secret key file",
                  [&] { SecretKey::parse(secret(text), nullptr); });
    }
    check_error(Errc::config, "not known here", [&] {
      SecretKey::parse(secret(with_byte(vectors::kSecretLine, 2, 'X')), nullptr);
    });
  }

  TEST_CASE("a key file that asks for too much work is refused before any") {
    const SecretBytes password = secret("test");
    // The highest bytes of opslimit and memlimit.
    for (const std::size_t offset : {41U, 45U, 50U, 53U}) {
      CAPTURE(offset);
      check_error(Errc::config, "more than 1 GiB", [&] {
        SecretKey::parse(secret(with_byte(vectors::kEncryptedLine, offset, '\x7f')), &password);
      });
    }
  }

  TEST_CASE("a new key signs, and its file without password has a real checksum") {
    const SecretKey key = SecretKey::generate();
    CHECK_FALSE(key.public_key() == SecretKey::generate().public_key());
    const SecretBytes file = key.file_text(nullptr);
    CHECK(text_of(file).starts_with("untrusted comment: minisign secret key\nRWQAAEIy"));
    CHECK(text_of(file).ends_with("\n"));
    const SecretKey again = SecretKey::parse(file, nullptr);
    CHECK(again.public_key() == key.public_key());
    const std::string signature = again.sign(trust::blake2b_of("test"), minisign_comment);
    CHECK(trust::verify("test", signature, std::array{key.public_key()}).bytes() == "test");
    std::string damaged = text_of(file);
    damaged[damaged.size() - 10] ^= 1;
    CHECK_THROWS_AS(SecretKey::parse(secret(damaged), nullptr), base::Error);
  }

  TEST_CASE("a known key writes the same file as before") {
    const SecretKey key = SecretKey::parse(secret(vectors::kSecretLine), nullptr);
    CHECK(text_of(key.file_text(nullptr)) ==
          base::cat("untrusted comment: minisign secret key\n", vectors::kSecretLine, "\n"));
  }

  TEST_CASE("a new key's file with a password opens with it") {
    const SecretKey key = SecretKey::generate();
    const SecretBytes password = secret("correct horse");
    const SecretBytes file = key.file_text(&password);
    CHECK(SecretKey::is_encrypted(file));
    CHECK(text_of(file).starts_with("untrusted comment: minisign encrypted secret key\nRWRTY0Iy"));
    CHECK(SecretKey::parse(file, &password).public_key() == key.public_key());
  }

  TEST_CASE("taking a secret wipes the text that it was in") {
    std::string source = "a password that is long enough to be on the heap";
    source.reserve(100);
    const char* const place = source.data();
    const SecretBytes taken = SecretBytes::take(source);
    CHECK(text_of(taken) == "a password that is long enough to be on the heap");
    CHECK(source.empty());
    CHECK(source.data() == place);
    source.resize(48);
    CHECK(source == std::string(48, '\0'));
  }

  TEST_CASE("a moved-from secret owns nothing") {
    SecretBytes first = secret("first");
    SecretBytes second = std::move(first);
    CHECK(text_of(second) == "first");
    SecretBytes third = secret("third");
    third = std::move(second);
    CHECK(text_of(third) == "first");
  }

  TEST_CASE("a process that holds keys leaves no core file") {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      trust::forbid_core_files();
      rlimit limit{1, 1};
      const bool forbidden = getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0 &&
                             prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
      _exit(forbidden ? 0 : 1);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
}
