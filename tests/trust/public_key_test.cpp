#include "trust/public_key.hpp"

#include "tests/support/expect_error.hpp"
#include "tests/trust/vectors.hpp"

#include <doctest/doctest.h>

#include <string>

using base::Errc;
using test::check_error;
using trust::PublicKey;

TEST_SUITE("trust/public_key") {
  TEST_CASE("a key line is read and written as it was") {
    const PublicKey key = PublicKey::parse(vectors::kPublicLine);
    CHECK(key.line() == vectors::kPublicLine);
    CHECK(key.id_text() == "0807060504030201");
    CHECK(PublicKey::parse(vectors::kAuthorsLine).id_text() == "E7620F1842B4E81F");
    CHECK_FALSE(key == PublicKey::parse(vectors::kAuthorsLine));
  }

  TEST_CASE("a key file of two lines is read, with either line end") {
    const PublicKey key = PublicKey::parse(vectors::kPublicLine);
    CHECK(key.file_text() ==
          "untrusted comment: minisign public key 807060504030201\n"
          "RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n");
    CHECK(PublicKey::parse_file(key.file_text()) == key);
    CHECK(PublicKey::parse_file("untrusted comment: x\r\n" + key.line() + "\r\n") == key);
    CHECK(PublicKey::parse_file("untrusted comment: x\n" + key.line()) == key);
  }

  TEST_CASE("every truncation of a key line and of a key file is refused") {
    const PublicKey key = PublicKey::parse(vectors::kPublicLine);
    const std::string line = key.line();
    for (std::size_t length = 0; length < line.size(); ++length) {
      CAPTURE(length);
      check_error(Errc::config, "not a minisign public key",
                  [&] { PublicKey::parse(line.substr(0, length)); });
    }
    const std::string file = key.file_text();
    for (std::size_t length = 0; length + 1 < file.size(); ++length) {
      CAPTURE(length);
      check_error(Errc::config, "not a minisign public key",
                  [&] { PublicKey::parse_file(file.substr(0, length)); });
    }
  }

  TEST_CASE("what is no key is refused and says what a key looks like") {
    const std::string line(vectors::kPublicLine);
    const std::string zero_point = "RWQBAgMEBQYHCAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const std::string unknown_algorithm =
        "RUQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
    for (const std::string& bad :
         {std::string("RWQt7oYqpar/yePp+nonossdnononovlOSkkckMMfvHuGc+0+oShmJyN5Y"),
          std::string(vectors::kSecretLine), " " + line, line + "\n", line + "=",
          line.substr(0, 55) + "=", unknown_algorithm, zero_point,
          line.substr(0, 20) + "-" + line.substr(21)}) {
      CAPTURE(bad);
      check_error(Errc::config, "begins with \"RW\"", [&] { PublicKey::parse(bad); });
    }
  }

  TEST_CASE("a key file has two lines and a comment before the key") {
    const std::string line(vectors::kPublicLine);
    for (const std::string& bad :
         {line + "\n", "comment\n" + line + "\n", "untrusted comment: x\n" + line + "\nmore\n",
          "untrusted comment: " + std::string(2000, 'x') + "\n" + line + "\n"}) {
      CAPTURE(bad);
      check_error(Errc::config, "not a minisign public key", [&] { PublicKey::parse_file(bad); });
    }
  }
}
