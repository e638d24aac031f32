#include "base/encoding.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/metadata_repository.hpp"
#include "tests/trust/vectors.hpp"
#include "trust/public_key.hpp"
#include "trust/tuf/canonical_json.hpp"
#include "trust/tuf/key.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using base::cat;
using base::Errc;
using test::check_error;
using trust::tuf::Authority;
using trust::tuf::Key;

namespace {

namespace json = base::json;
namespace tuf = trust::tuf;

// Seed 00 01 … 1f; id and signature were made by another implementation.
constexpr std::string_view kPublic =
    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
constexpr std::string_view kId = "63d00ee3cf4f5c61ad94efa696c68f13b608fe56ecea13fb144a6fd18e9235b9";
constexpr std::string_view kMessage =
    R"({"_type":"timestamp","expires":"2030-01-01T00:00:00Z","meta":{"snapshot.json":{"version":1}},)"
    R"("spec_version":"1.0.34","version":1})";
constexpr std::string_view kSignature =
    "384986c409707bede7d0ca00222dc85b01cdd75cd700638b78a9484bf95def3fb1f058605d32bcbd07a56f9d9764"
    "086cae71a1dcaf99f61635065f6eca176f01";

json::Value parsed(std::string_view text) {
  return json::parse(text, {.max_bytes = 1 << 20}, Errc::untrusted);
}

std::vector<Key> keys_of(std::string_view text) {
  const json::Value value = parsed(text);
  return tuf::read_keys(json::ObjectReader(value, "keys", Errc::untrusted));
}

std::string member(std::string_view id, std::string_view key) {
  return cat("{\"", id, "\":", key, "}");
}

Authority authority_of(std::string_view role, const std::vector<Key>& keys) {
  const json::Value value = parsed(role);
  return tuf::read_authority(json::ObjectReader(value, "role", Errc::untrusted), keys);
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& letter : out) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return out;
}

Key key_with(std::string_view value) {
  return {std::string(kId), "ed25519", "ed25519", std::string(value)};
}

}  // namespace

TEST_SUITE("trust/tuf/key") {
  TEST_CASE("a minisign key has the id that the specification prescribes") {
    const auto pair = trust::PublicKey::parse(vectors::kPublicLine);
    const Key key = tuf::key_of(pair);
    CHECK(key.id == kId);
    CHECK(key.value == kPublic);
    CHECK(tuf::key_id("ed25519", "ed25519", kPublic) == kId);
    CHECK(tuf::ed25519_key(*base::from_hex(kPublic)) == key);
  }

  TEST_CASE("a key under another id than its own is no key") {
    const std::string good =
        cat(R"({"keytype":"ed25519","scheme":"ed25519","keyval":{"public":")", kPublic, "\"}}");
    REQUIRE(keys_of(member(kId, good)).size() == 1);
    CHECK(keys_of(member(kId, good)).front() == key_with(kPublic));
    for (const std::string& id : {std::string(), std::string("x"), upper(kId),
                                  std::string(kId.substr(0, 63)), cat(kId, '0'), cat(' ', kId)}) {
      INFO(id);
      CHECK(keys_of(member(id, good)).empty());
    }
    // The id is that of other content.
    for (const std::string& other :
         {base::replace_all(good, "03a1", "03a2"), base::replace_all(good, "03a1", "03A1"),
          base::replace_all(good, "\"scheme\":\"ed25519\"", "\"scheme\":\"ed25519ph\"")}) {
      INFO(other);
      CHECK(keys_of(member(kId, other)).empty());
    }
  }

  TEST_CASE("fields that a tool has added count for the id, or do not") {
    const std::string extended = cat(
        R"({"keyid_hash_algorithms":["sha256","sha512"],"keytype":"ed25519","scheme":"ed25519",)",
        R"("keyval":{"public":")", kPublic, "\"}}");
    const std::string whole = trust::sha256_of(tuf::canonical_json(parsed(extended))).hex();
    REQUIRE(whole != kId);
    CHECK(keys_of(member(kId, extended)).size() == 1);
    REQUIRE(keys_of(member(whole, extended)).size() == 1);
    CHECK(keys_of(member(whole, extended)).front().value == kPublic);
  }

  TEST_CASE("keys of unknown kinds are kept out of nothing but the count") {
    CHECK(keys_of("{}").empty());
    for (const std::string_view text :
         {"{}", R"({"keytype":"ed25519"})", R"({"keytype":"x","scheme":"y","keyval":{}})",
          R"({"keytype":"x","scheme":"y","keyval":{"identity":"somebody"}})"}) {
      INFO(text);
      CHECK(keys_of(member(kId, text)).empty());
    }
    const std::string id = tuf::key_id("future", "future-1", "value");
    const auto keys = keys_of(
        member(id, R"({"keytype":"future","scheme":"future-1","keyval":{"public":"value"}})"));
    REQUIRE(keys.size() == 1);
    CHECK_FALSE(tuf::checks_ed25519(keys[0], kMessage, *base::from_hex(kSignature)));
    for (const std::string_view text : {"[]", "1", "\"text\"", "null"})
      test::message_of(Errc::untrusted, [&] { keys_of(text); });
    for (const std::string_view key :
         {"[]", "null", "1", R"({"keytype":1})", R"({"keytype":"a","scheme":"b","keyval":[]})"})
      test::message_of(Errc::untrusted, [&] { keys_of(member(kId, key)); });
  }

  TEST_CASE("a signature counts for its key, message and scheme only") {
    const std::string signature = *base::from_hex(kSignature);
    CHECK(tuf::checks_ed25519(key_with(kPublic), kMessage, signature));
    CHECK(tuf::checks_ed25519(key_with(upper(kPublic)), kMessage, signature));
    CHECK_FALSE(tuf::checks_ed25519(key_with(kPublic), cat(kMessage, ' '), signature));
    CHECK_FALSE(tuf::checks_ed25519(key_with(kPublic), "", signature));
    for (std::size_t bit = 0; bit < signature.size() * 8; bit += 5) {
      std::string other = signature;
      other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << (bit % 8)));
      CHECK_FALSE(tuf::checks_ed25519(key_with(kPublic), kMessage, other));
    }
    for (std::size_t size = 0; size < signature.size(); ++size)
      CHECK_FALSE(tuf::checks_ed25519(key_with(kPublic), kMessage, signature.substr(0, size)));
    CHECK_FALSE(tuf::checks_ed25519(key_with(kPublic), kMessage, signature + '\0'));
    for (const std::string& value :
         {std::string(), std::string("03"), std::string(kPublic.substr(2)), cat(kPublic, "00"),
          cat(kPublic.substr(0, 62), "zz"), std::string(64, '0'),
          // the neutral element: whoever has no key could sign with it
          "01" + std::string(62, '0')}) {
      INFO(value);
      CHECK_FALSE(tuf::checks_ed25519(key_with(value), kMessage, signature));
      CHECK_FALSE(tuf::checks_ed25519(key_with(value), kMessage, std::string(64, '\0')));
    }
    for (const auto& [type, scheme] : std::vector<std::pair<std::string, std::string>>{
             {"ed25519", "ed25519ph"}, {"ED25519", "ed25519"}, {"rsa", "ed25519"}, {"", ""}}) {
      const Key key{std::string(kId), type, scheme, std::string(kPublic)};
      CHECK_FALSE(tuf::checks_ed25519(key, kMessage, signature));
    }
  }

  TEST_CASE("a role names its keys by ids, and a threshold of at least one") {
    const std::vector<Key> keys{{"a", "ed25519", "ed25519", "01"},
                                {"b", "ed25519", "ed25519", "02"}};
    const Authority both = authority_of(R"({"keyids":["b","a"],"threshold":2})", keys);
    CHECK(both.threshold == 2);
    CHECK(both.keys == std::vector{keys[1], keys[0]});
    CHECK(authority_of(R"({"keyids":["c","a"],"threshold":1})", keys).keys == std::vector{keys[0]});
    CHECK(authority_of(R"({"keyids":[],"threshold":1})", keys).keys.empty());
    const std::pair<std::string_view, std::string_view> table[] = {
        {R"({"keyids":["a"],"threshold":0})", "role.threshold: must be at least 1"},
        {R"({"keyids":["a"],"threshold":-1})", "role.threshold: must be an integer"},
        {R"({"keyids":["a"],"threshold":true})", "role.threshold: must be an integer"},
        {R"({"keyids":["a"],"threshold":"1"})", "role.threshold: must be an integer"},
        {R"({"keyids":["a"],"threshold":null})", "role.threshold: is missing"},
        {R"({"keyids":["a"]})", "role.threshold: is missing"},
        {R"({"threshold":1})", "role.keyids: is missing"},
        {R"({"keyids":["a","b","a"],"threshold":1})", "role.keyids: names a key twice"},
        {R"({"keyids":["c","c"],"threshold":1})", "role.keyids: names a key twice"},
        {R"({"keyids":"a","threshold":1})", "role.keyids: must be an array"},
        {R"({"keyids":[1],"threshold":1})", "role.keyids: must be an array"},
    };
    for (const auto& row : table) {
      const auto& text = row.first;
      const auto& message = row.second;
      INFO(text);
      check_error(Errc::untrusted, message, [&] { authority_of(text, keys); });
    }
  }

  TEST_CASE("two authorities are one where their key values and thresholds are") {
    const Key one = key_with(kPublic);
    Key capital = key_with(upper(kPublic));
    capital.id = "another id";
    const Key two = tuf::key_of(test::new_key()->public_key());
    const std::string both = Authority{{one, two}, 2}.fingerprint();
    CHECK(both == Authority{{two, one}, 2}.fingerprint());
    CHECK(both == Authority{{two, capital, one}, 2}.fingerprint());
    CHECK(both != Authority{{one, two}, 1}.fingerprint());
    CHECK(both != Authority{{one}, 2}.fingerprint());
    CHECK(Authority{{}, 1}.fingerprint() != Authority{{}, 2}.fingerprint());
    // PEM, with other line ends
    CHECK(tuf::identity_of({"1", "rsa", "rsassa-pss-sha256", "-----BEGIN X-----\nAB\nCD\n"}) ==
          tuf::identity_of({"2", "rsa", "rsassa-pss-sha256", "-----BEGIN X-----\r\nABCD"}));
  }
}
