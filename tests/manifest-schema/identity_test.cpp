#include "manifest-schema/identity.hpp"

#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/signing.hpp"
#include "trust/digest.hpp"

#include <doctest/doctest.h>

#include <string>

using base::Errc;
using schema::Channel;
using test::check_error;

namespace {

const trust::PublicKey& key() {
  static const trust::PublicKey key =
      trust::PublicKey::parse("RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
  return key;
}

schema::Identity identity() {
  return {.product = "esbuild",
          .agent = "esbuild-updater",
          .version = schema::Version::parse("0.25.1"),
          .commit = std::string(40, 'c'),
          .date = test::now(),
          .base_urls = {base::Url::parse("https://releases.example.com/esbuild"),
                        base::Url::parse("file:///srv/esbuild")},
          .public_keys = {{Channel::stable, {key()}}, {Channel::beta, {key()}}},
          .default_channel = Channel::beta,
          .root = {.version = 3, .sha256 = trust::sha256_of("root")}};
}

std::string with_checksum(std::string record) {
  record.resize(schema::kIdentityBytes - 32);
  const trust::Sha256 digest = trust::sha256_of(record);
  record.append(digest.bytes().begin(), digest.bytes().end());
  return record;
}

// A record around any text.
std::string record_of(std::string_view text, unsigned char format = 1) {
  std::string record(schema::kIdentityMagic);
  record += static_cast<char>(format);
  record.append(3, '\0');
  for (unsigned shift = 0; shift < 32; shift += 8) {
    record += static_cast<char>((text.size() >> shift) & 0xFF);
  }
  record += text;
  return with_checksum(record);
}

std::string json_of_identity() {
  const std::string record = schema::encode_identity(identity());
  const std::size_t begin = record.find('{');
  return record.substr(begin, record.find('\0', begin) - begin);
}

}  // namespace

TEST_SUITE("manifest-schema/identity") {
  TEST_CASE("a record is read as it was written, and is the same each time") {
    const std::string record = schema::encode_identity(identity());
    CHECK(record.size() == schema::kIdentityBytes);
    CHECK(record == schema::encode_identity(identity()));
    const auto again = schema::decode_identity(record);
    REQUIRE(again);
    CHECK(again->product == "esbuild");
    CHECK(again->agent == "esbuild-updater");
    CHECK(again->version.text() == "0.25.1");
    CHECK(again->commit == std::string(40, 'c'));
    CHECK(again->date == test::now());
    CHECK(again->base_urls == identity().base_urls);
    CHECK(again->public_keys == identity().public_keys);
    CHECK(again->default_channel == Channel::beta);
    CHECK(again->root == identity().root);
  }

  TEST_CASE("a commit may be absent") {
    schema::Identity without = identity();
    without.commit.reset();
    CHECK_FALSE(schema::decode_identity(schema::encode_identity(without))->commit);
  }

  TEST_CASE("a record that nobody stamped is nothing") {
    std::string record(schema::kIdentityMagic);
    record.resize(schema::kIdentityBytes);
    CHECK_FALSE(schema::decode_identity(record));
  }

  TEST_CASE("every changed byte of a record is noticed") {
    const std::string record = schema::encode_identity(identity());
    for (std::size_t offset = 0; offset < record.size(); offset += offset < 1200 ? 1 : 41) {
      CAPTURE(offset);
      std::string changed = record;
      changed[offset] = static_cast<char>(changed[offset] ^ 1);
      check_error(Errc::untrusted, "damaged identity record",
                  [&] { schema::decode_identity(changed); });
    }
  }

  TEST_CASE("every truncation of a record is refused") {
    const std::string record = schema::encode_identity(identity());
    for (std::size_t length = 0; length < record.size(); length += 97) {
      check_error(Errc::untrusted, "damaged identity record",
                  [&] { schema::decode_identity(record.substr(0, length)); });
    }
    check_error(Errc::untrusted, "8193 bytes", [&] { schema::decode_identity(record + "x"); });
  }

  TEST_CASE("what fits in form but not in sense is refused with its place") {
    struct Row {
      std::string from;
      std::string to;
      std::string message;
    };
    const std::string text = json_of_identity();
    for (const Row& row : {
             Row{"\"esbuild\"", "\"Esbuild\"", "product"},
             Row{"\"esbuild-updater\"", "\"../x\"", "agent"},
             Row{"0.25.1", "0.25", "version"},
             Row{"2026-11-20T12", "2026-11-20 12", "date"},
             Row{"https://", "http://", "base_urls"},
             Row{"[\"https://releases.example.com/esbuild\",\"file:///srv/esbuild\"]", "[]",
                 "base_urls"},
             Row{"\"default_channel\":\"beta\"", "\"default_channel\":\"nightly\"", "public_keys"},
             Row{"\"default_channel\":\"beta\"", "\"default_channel\":\"lts\"", "default_channel"},
             Row{"\"stable\":[", "\"lts\":[", "public_keys"},
             Row{"\"stable\":[", "\"stable\":[\"RW\",", "public_keys.stable"},
             Row{"\"stable\":[",
                 "\"stable\":[\"RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\",",
                 "two keys have one id"},
             Row{"\"root\":{\"version\":3", "\"root\":{\"version\":0", "root.version"},
             Row{"\"sha256\":\"", "\"sha256\":\"x", "root.sha256"},
             Row{"{\"product\"", "{\"product\":1,\"product\"", ""},
             Row{"\"commit\"", "\"commit\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]],\"x\"", ""},
         }) {
      CAPTURE(row.from);
      CAPTURE(row.to);
      const std::string changed = base::replace_all(text, row.from, row.to);
      REQUIRE(changed != text);
      const std::string message =
          test::message_of(Errc::untrusted, [&] { schema::decode_identity(record_of(changed)); });
      CHECK_MESSAGE(message.starts_with("damaged identity record: "), message);
      CHECK_MESSAGE(message.find(row.message) != std::string::npos, message);
    }
    CHECK(schema::decode_identity(record_of(text)));
  }

  TEST_CASE("a record without a root says what it lacks, and is no identity") {
    const std::string text = base::replace_all(json_of_identity(), "\"root\"", "\"roof\"");
    check_error(Errc::config, "without a root of trust metadata",
                [&] { schema::decode_identity(record_of(text)); });
  }

  TEST_CASE("other formats, lengths and paddings are refused") {
    const std::string text = json_of_identity();
    check_error(Errc::untrusted, "its format is 2",
                [&] { schema::decode_identity(record_of(text, 2)); });
    std::string long_record = record_of(text);
    long_record[20 + 2] = '\x7f';
    check_error(Errc::untrusted, "length is too large",
                [&] { schema::decode_identity(with_checksum(long_record)); });
    std::string padded = record_of(text);
    padded[schema::kIdentityBytes - 33] = 'x';
    check_error(Errc::untrusted, "padding is not zero",
                [&] { schema::decode_identity(with_checksum(padded)); });
  }

  TEST_CASE("an identity that does not fit, or that would be refused, is never written") {
    schema::Identity large = identity();
    for (int i = 0; i < 16; ++i) {
      large.base_urls.push_back(
          base::Url::parse(base::cat("https://h", i, ".example/", std::string(1000, 'x'))));
    }
    check_error(Errc::config, "only 8136 fit",
                [&] { return schema::encode_identity(large).size(); });
    schema::Identity unnamed = identity();
    unnamed.product = "";
    check_error(Errc::config, "cannot be stamped",
                [&] { return schema::encode_identity(unnamed).size(); });
    schema::Identity without_keys = identity();
    without_keys.public_keys.clear();
    check_error(Errc::config, "cannot be stamped",
                [&] { return schema::encode_identity(without_keys).size(); });
  }
}
