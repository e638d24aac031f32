#include "trust/minisign.hpp"

#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/trust/vectors.hpp"
#include "trust/signing/secret_key.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using base::Errc;
using test::check_error;
using trust::PublicKey;
using trust::TrustedComment;

namespace {

const PublicKey& own_key() {
  static const PublicKey key = PublicKey::parse(vectors::kPublicLine);
  return key;
}

std::string own_replaced(std::string_view from, std::string_view to) {
  return base::replace_all(vectors::test_signature, from, to);
}

void check_refused(std::string_view signature, std::string_view part_of_message) {
  check_error(Errc::untrusted, part_of_message,
              [&] { trust::verify("test", signature, std::array{own_key()}); });
}

trust::SecretKey secret_key() {
  std::string line(vectors::kSecretLine);
  return trust::SecretKey::parse(trust::SecretBytes::take(line), nullptr);
}

}  // namespace

TEST_SUITE("trust/minisign") {
  TEST_CASE("signatures of the stock minisign are accepted") {
    const std::array keys{PublicKey::parse(vectors::kAuthorsLine), own_key()};
    const trust::SignedBytes test = trust::verify("test", vectors::test_signature, keys);
    CHECK(test.bytes() == "test");
    CHECK(test.key() == own_key());
    CHECK(test.comment().text() == "timestamp:1700000000\tfile:test\thashed");
    CHECK(test.comment().find("file") == "test");
    CHECK(test.comment().find("hashed") == "");
    CHECK(trust::verify("", vectors::empty_signature, keys).bytes().empty());
    CHECK(trust::verify("test", vectors::authors_signature, keys).key() == keys[0]);
    CHECK(trust::verify("test", vectors::authors_hashed_signature, keys).key() == keys[0]);
    CHECK(trust::verify_digest(trust::blake2b_of("test"), vectors::test_signature, keys)
              .comment()
              .find("timestamp") == "1700000000");
  }

  TEST_CASE("other bytes are refused") {
    const std::array keys{PublicKey::parse(vectors::kAuthorsLine), own_key()};
    for (const std::string& bytes : {std::string("Test"), std::string("test\n"), std::string(),
                                     std::string("tes"), std::string("test\0", 5)}) {
      CAPTURE(bytes);
      check_error(Errc::untrusted, "does not fit these bytes",
                  [&] { trust::verify(bytes, vectors::test_signature, keys); });
      check_error(Errc::untrusted, "does not fit these bytes",
                  [&] { trust::verify(bytes, vectors::authors_signature, keys); });
    }
  }

  TEST_CASE("a key that is not in the set is named") {
    check_error(Errc::untrusted, "by key E7620F1842B4E81F, which is not trusted here",
                [] { trust::verify("test", vectors::authors_signature, std::array{own_key()}); });
    check_error(Errc::untrusted, "not trusted here",
                [] { trust::verify("test", vectors::authors_signature, {}); });
  }

  TEST_CASE("the key id is only a hint: another key under the same id is refused") {
    const PublicKey impostor(own_key().id(), PublicKey::parse(vectors::kAuthorsLine).bytes());
    check_error(Errc::untrusted, "does not fit its trusted comment",
                [&] { trust::verify("test", vectors::test_signature, std::array{impostor}); });
    check_error(Errc::config, "two trusted keys have the id 0807060504030201", [&] {
      trust::verify("test", vectors::test_signature, std::array{impostor, own_key()});
    });
  }

  TEST_CASE("every truncation is refused, but for the last line end") {
    for (const std::string& text :
         {vectors::test_signature, base::replace_all(vectors::test_signature, "\n", "\r\n")}) {
      const std::size_t line_end = text.ends_with("\r\n") ? 2 : 1;
      for (std::size_t length = 0; length < text.size(); ++length) {
        CAPTURE(length);
        if (length == text.size() - line_end) continue;
        check_refused(std::string_view(text).substr(0, length), "signature");
      }
    }
    const std::string& text = vectors::test_signature;
    CHECK(trust::verify("test", std::string_view(text).substr(0, text.size() - 1),
                        std::array{own_key()})
              .bytes() == "test");
  }

  TEST_CASE("a changed bit anywhere but in the untrusted comment is refused") {
    const std::string& text = vectors::test_signature;
    const std::size_t first_proven = text.find('\n') + 1;
    for (std::size_t position = first_proven; position + 1 < text.size(); ++position) {
      for (int bit = 0; bit < 8; ++bit) {
        CAPTURE(position);
        CAPTURE(bit);
        std::string changed = text;
        changed[position] = static_cast<char>(changed[position] ^ (1 << bit));
        CHECK_THROWS_AS(trust::verify("test", changed, std::array{own_key()}), base::Error);
      }
    }
  }

  TEST_CASE("rule a: exactly four lines, LF throughout or CRLF throughout, at most 16 KiB") {
    const std::string& text = vectors::test_signature;
    const std::string with_returns = base::replace_all(text, "\n", "\r\n");
    CHECK(trust::verify("test", with_returns, std::array{own_key()}).bytes() == "test");
    check_refused("", "not exactly four lines");
    check_refused(text + "\n", "not exactly four lines");
    check_refused(text + "trailing\n", "not exactly four lines");
    check_refused("\n" + text, "not exactly four lines");
    check_refused(text + text, "not exactly four lines");
    check_refused(base::replace_all(text, "\ntrusted", "\r\ntrusted"), "mixes LF and CRLF");
    check_refused(text.substr(0, text.size() - 1) + "\r\n", "mixes LF and CRLF");
    check_refused(text + std::string(trust::kMaxSignatureBytes, '\n'), "larger than 16384 bytes");
  }

  TEST_CASE("rule b: canonical base64 only") {
    // The last digit before the padding has bits that carry nothing.
    check_refused(own_replaced("AEZ0mBQ==\n", "AEZ0mBR==\n"), "fourth line");
    check_refused(own_replaced("dZXcAQ=\n", "dZXcAR=\n"), "second line");
    check_refused(own_replaced("AEZ0mBQ==\n", "AEZ0mBQ=\n"), "fourth line");
    check_refused(own_replaced("AEZ0mBQ==\n", "AEZ0mBQ\n"), "fourth line");
    check_refused(own_replaced("AEZ0mBQ==\n", "AEZ0mBQ== \n"), "fourth line");
    check_refused(own_replaced("RUQBAg", " RUQBAg"), "second line");
    check_refused(own_replaced("RUQBAg", "RUQB-g"), "second line");
    check_refused(own_replaced("RUQBAgMEBQYH", "RUQBAgME"), "second line");
  }

  TEST_CASE("rule c: no control characters, no C1, no invalid UTF-8") {
    for (const std::string_view bad : {"\x1b[31m", "\r", "\x01", "\x7f", "\xc2\x9b"}) {
      CAPTURE(bad);
      check_refused(own_replaced("signature from", std::string(bad) + "from"),
                    "control characters");
      check_refused(own_replaced("file:test", "file:" + std::string(bad)), "control characters");
    }
    check_refused(own_replaced("signature from", "a\tb"), "control characters");
    check_refused(own_replaced("signature from", "a\xff"), "not UTF-8");
    check_refused(own_replaced("file:test", "file:\xc3"), "not UTF-8");
    check_refused(own_replaced("file:test", std::string("file:\0", 6)), "control characters");
    // U+00A0 and above are letters like others.
    CHECK(trust::verify("test", own_replaced("signature from", "clé"), std::array{own_key()})
              .bytes() == "test");
  }

  TEST_CASE("rule d: the legacy form and unknown algorithms are refused") {
    check_refused(vectors::legacy_signature, "legacy form");
    check_refused(own_replaced("\nRUQ", "\nRUU"), "unknown algorithm");
    check_refused(own_replaced("\nRUQ", "\nRWQ"), "legacy form");
  }

  TEST_CASE("the prefixes of both comments must be there") {
    check_refused(own_replaced("untrusted comment: ", "comment: "), "does not begin with");
    check_refused(own_replaced("\ntrusted comment: ", "\ntrusted comment:"), "no trusted comment");
    check_refused(own_replaced("\ntrusted comment: ", "\n trusted comment: "),
                  "no trusted comment");
    check_refused(own_replaced("signature from", std::string(2000, 'x')), "does not begin with");
    check_refused(own_replaced("file:test", "file:" + std::string(9000, 'x')), "too long");
  }

  TEST_CASE("the trusted comment is covered by the second signature") {
    check_refused(own_replaced("file:test", "file:best"), "does not fit its trusted comment");
    check_refused(own_replaced("\thashed", ""), "does not fit its trusted comment");
  }

  TEST_CASE("the trusted comment is proven without the file, and only by its key") {
    CHECK(trust::verify_comment(vectors::test_signature, std::array{own_key()}).find("file") ==
          "test");
    check_error(Errc::untrusted, "does not fit its trusted comment", [] {
      trust::verify_comment(own_replaced("file:test", "file:best"), std::array{own_key()});
    });
    check_error(Errc::untrusted, "not trusted here",
                [] { trust::verify_comment(vectors::authors_signature, std::array{own_key()}); });
  }

  TEST_CASE("a signature of other bytes does not pass with a comment that is right") {
    // The first signature is covered by the second: neither can be exchanged alone.
    const trust::SecretKey key = secret_key();
    const TrustedComment comment = TrustedComment::parse("file:test");
    const std::string of_a = key.sign(trust::blake2b_of("a"), comment);
    const std::string of_b = key.sign(trust::blake2b_of("b"), comment);
    const auto lines_of_a = base::split_lines(of_a);
    const auto lines_of_b = base::split_lines(of_b);
    const std::string mixed = base::cat(lines_of_a[0], "\n", lines_of_b[1], "\n", lines_of_a[2],
                                        "\n", lines_of_a[3], "\n");
    check_error(Errc::untrusted, "does not fit its trusted comment",
                [&] { trust::verify("b", mixed, std::array{own_key()}); });
  }

  TEST_CASE("rule f: a signed comment that is no list of distinct fields is refused") {
    const trust::SecretKey key = secret_key();
    const trust::Blake2b digest = trust::blake2b_of("test");
    check_error(Errc::untrusted, "two fields file", [&] {
      return key.sign(digest, TrustedComment({{"file", "a"}, {"file", "b"}}));
    });
    for (const std::string_view text : {"", "words", "file:a\t", "\tfile:a", "file:a\t\tapp:b",
                                        ":a", "file:a\thashed:", "hashed:x", "file:a\tword"}) {
      CAPTURE(text);
      check_error(Errc::untrusted, "not a list of name:value fields",
                  [&] { TrustedComment::parse(text); });
    }
    check_error(Errc::untrusted, "two fields hashed",
                [] { TrustedComment::parse("hashed\thashed"); });
  }

  TEST_CASE("a comment keeps its text, and a value may hold colons") {
    for (const std::string_view text :
         {"hashed", "file:a", "a:\tb:", "url:https://h/x\thashed\tapp:cco"}) {
      CHECK(TrustedComment::parse(text).text() == text);
    }
    CHECK(TrustedComment::parse("url:https://h/x").find("url") == "https://h/x");
  }

  TEST_CASE("a field that a caller requires must be there and equal") {
    const auto comment = TrustedComment::parse("file:a.tar.gz\tapp:cco");
    comment.require("file", "a.tar.gz");
    check_error(Errc::untrusted, "the signature is for file a.tar.gz, not b.tar.gz",
                [&] { comment.require("file", "b.tar.gz"); });
    check_error(Errc::untrusted, "does not say for which channel it is",
                [&] { comment.require("channel", "stable"); });
  }
}
