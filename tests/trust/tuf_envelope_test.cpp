#include "base/encoding.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/metadata_repository.hpp"
#include "trust/tuf/envelope.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using base::cat;
using base::Errc;
using test::check_error;
using test::KeyPair;
using trust::tuf::Authority;
using trust::tuf::Envelope;
using trust::tuf::parse_envelope;

namespace {

namespace json = base::json;
namespace tuf = trust::tuf;

const json::Value& content() {
  static const json::Value value = json::Object{{"b", 1}, {"a", "text\n"}};
  return value;
}

Authority authority_of(const std::vector<KeyPair>& pairs, std::uint64_t threshold) {
  Authority authority{{}, threshold};
  for (const KeyPair& pair : pairs)
    authority.keys.push_back(tuf::key_of(pair->public_key()));
  return authority;
}

Envelope signed_by(const std::vector<KeyPair>& keys) {
  return parse_envelope(test::MetadataRepository::forge(content(), keys), 100000);
}

}  // namespace

TEST_SUITE("trust/tuf/envelope") {
  TEST_CASE("an envelope gives the canonical form and the signatures by key id") {
    const Envelope envelope = parse_envelope(
        R"({"signatures":[{"keyid":"k1","sig":"00fF","more":1},{"keyid":"k2","sig":""}],)"
        R"( "unknown": true, "signed": {"b": 1, "a": "\n"}})",
        1000);
    CHECK(envelope.canonical == "{\"a\":\"\n\",\"b\":1}");
    CHECK(envelope.signatures.size() == 2);
    CHECK(envelope.signatures.at("k1") == std::string("\x00\xff", 2));
    CHECK(envelope.signatures.at("k2").empty());
  }

  TEST_CASE("what is no envelope is refused with the place") {
    const std::pair<std::string, std::string_view> table[] = {
        {"", "line 1"},
        {"[]", "must be an object"},
        {"{}", "signed: must be an object"},
        {R"({"signed":null,"signatures":[]})", "signed: must be an object"},
        {R"({"signed":[],"signatures":[]})", "signed: must be an object"},
        {R"({"signed":{},"signatures":{}})", "signatures: must be an array"},
        {R"({"signed":{},"signatures":[1]})", "signatures[0]: must be an object"},
        {R"({"signed":{},"signatures":[{"sig":"00"}]})", "signatures[0].keyid: is missing"},
        {R"({"signed":{},"signatures":[{"keyid":"k"}]})", "signatures[0].sig: is missing"},
        {R"({"signed":{},"signatures":[{"keyid":"k","sig":1}]})", "signatures[0].sig: must be"},
        {R"({"signed":{},"signatures":[{"keyid":"k","sig":"00"},{"keyid":"k","sig":"11"}]})",
         "two signatures of one key id"},
        {R"({"signed":{},"signatures":[{"keyid":"k","sig":""},{"keyid":"k","sig":""}]})",
         "two signatures of one key id"},
        {R"({"signed":{"a":1,"a":1},"signatures":[]})", "`a` stands twice"},
        {R"({"signed":{},"signed":{},"signatures":[]})", "`signed` stands twice"},
        {R"({"signed":{"a":1.5},"signatures":[]})", "fraction"},
        {R"({"signed":{"a":1e2},"signatures":[]})", "exponent"},
        {R"({"signed":{"a":9007199254740993},"signatures":[]})", "beyond 2^53"},
        {R"({"signed":{},"signatures":[]} x)", "line 1"},
        {cat(R"({"signed":{"a":)", std::string(15, '['), std::string(15, ']'), "}}"),
         "more than 16 levels deep"},
        {std::string("{\"signed\":{},\"signatures\":[]}\0", 30), "NUL"},
        {"\xef\xbb\xbf{\"signed\":{},\"signatures\":[]}", "byte order mark"},
        {"{\"signed\":{\"a\":\"\xff\"},\"signatures\":[]}", "line 1"},
    };
    for (const auto& row : table) {
      const auto& text = row.first;
      const auto& message = row.second;
      INFO(text);
      check_error(Errc::untrusted, message, [&] { parse_envelope(text, 1000); });
    }
  }

  TEST_CASE("the limit of bytes counts before anything is read") {
    const std::string text = R"({"signed":{},"signatures":[]})";
    CHECK(parse_envelope(text, text.size()).signatures.empty());
    check_error(Errc::untrusted, cat("larger than ", text.size() - 1, " bytes"),
                [&] { parse_envelope(text, text.size() - 1); });
  }

  TEST_CASE("a signature that is no hexadecimal number is none") {
    const KeyPair key = test::new_key();
    const std::string good = test::MetadataRepository::forge(content(), {key});
    const std::size_t at = good.find("\"sig\":\"") + 7;
    const std::string digits = good.substr(at, 128);
    REQUIRE(tuf::count_signatures(parse_envelope(good, 10000), authority_of({key}, 1),
                                  tuf::checks_ed25519) == 1);
    for (const std::string& other :
         {std::string(), digits.substr(1), digits.substr(2), cat(digits, "00"), cat(" ", digits),
          cat("0x", digits), base::to_base64(*base::from_hex(digits))}) {
      INFO(other);
      const Envelope envelope = parse_envelope(base::replace_all(good, digits, other), 10000);
      CHECK(tuf::count_signatures(envelope, authority_of({key}, 1), tuf::checks_ed25519) == 0);
    }
  }

  TEST_CASE("only distinct keys of the role count towards the threshold") {
    std::vector<KeyPair> keys;
    keys.reserve(4);
    for (int count = 0; count < 4; ++count)
      keys.push_back(test::new_key());
    struct Row {
      std::vector<int> signers, role;  // indices of keys
      std::size_t count;
    };
    const Row table[] = {
        {{}, {0}, 0},        {{0}, {0}, 1},          {{1}, {0}, 0},       {{0, 1}, {0}, 1},
        {{0, 1}, {0, 1}, 2}, {{0, 1, 2}, {0, 1}, 2}, {{0}, {0, 1, 2}, 1}, {{0}, {0, 0, 0}, 1},
        {{0, 1}, {}, 0},     {{0, 1}, {0, 0, 1}, 2}, {{2, 3}, {0, 1}, 0}, {{0, 3}, {0, 1, 2}, 1},
    };
    const auto pick = [&](const std::vector<int>& indices) {
      std::vector<KeyPair> picked;
      picked.reserve(indices.size());
      for (const int index : indices)
        picked.push_back(keys[static_cast<std::size_t>(index)]);
      return picked;
    };
    for (const Row& row : table) {
      const Envelope envelope = signed_by(pick(row.signers));
      CHECK(tuf::count_signatures(envelope, authority_of(pick(row.role), 1), tuf::checks_ed25519) ==
            row.count);
      for (std::uint64_t threshold = 1; threshold <= 4; ++threshold) {
        const auto require = [&] {
          tuf::require_threshold(envelope, authority_of(pick(row.role), threshold),
                                 tuf::checks_ed25519, "targets");
        };
        if (row.count >= threshold) {
          require();
        } else {
          check_error(
              Errc::untrusted,
              cat("targets has ", row.count, " of ", threshold, " signatures that it needs"),
              require);
        }
      }
    }
  }

  TEST_CASE("one key value under two ids counts once") {
    const KeyPair pair = test::new_key();
    Authority authority = authority_of({pair}, 2);
    tuf::Key twin = authority.keys.front();
    for (char& letter : twin.value)
      letter = letter >= 'a' && letter <= 'f' ? static_cast<char>(letter - 32) : letter;
    twin.id = tuf::key_id(twin.type, twin.scheme, twin.value);
    authority.keys.push_back(twin);
    tuf::Signatures signatures;
    tuf::add_signature(signatures, *pair, content());
    signatures.emplace(twin.id, signatures.begin()->second);
    REQUIRE(signatures.size() == 2);
    const Envelope envelope = parse_envelope(tuf::write_envelope(content(), signatures), 10000);
    CHECK(tuf::count_signatures(envelope, authority, tuf::checks_ed25519) == 1);
    check_error(Errc::untrusted, "has 1 of 2",
                [&] { tuf::require_threshold(envelope, authority, tuf::checks_ed25519, "root"); });
  }

  TEST_CASE("what is written pretty is signed as what is written compact") {
    const KeyPair key = test::new_key();
    tuf::Signatures signatures;
    tuf::add_signature(signatures, *key, content());
    for (const json::Style style : {json::Style::compact, json::Style::pretty}) {
      const Envelope envelope =
          parse_envelope(tuf::write_envelope(content(), signatures, style), 10000);
      CHECK(envelope.canonical == "{\"a\":\"text\n\",\"b\":1}");
      tuf::require_threshold(envelope, authority_of({key}, 1), tuf::checks_ed25519, "any");
    }
  }
}
