#include "site/watermark.hpp"

#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <string>

using base::Errc;
using schema::Channel;
using test::check_error;

namespace {

site::Watermark watermark(const trust::PublicKey& stable, const trust::PublicKey& beta) {
  site::Watermark out;
  out.channels.emplace(Channel::stable,
                       site::ChannelMark{.authority = stable.line(),
                                         .generation = 42,
                                         .generated = test::now(),
                                         .security_floor = schema::Version::parse("1.2.3")});
  out.channels.emplace(Channel::beta,
                       site::ChannelMark{.authority = beta.line(),
                                         .generation = 9'007'199'254'740'992,
                                         .generated = test::now() + std::chrono::hours(1),
                                         .security_floor = std::nullopt});
  return out;
}

}  // namespace

TEST_SUITE("site/watermark") {
  TEST_CASE("what is written is read as it was") {
    const test::SigningKey stable;
    const test::SigningKey beta;
    const site::Watermark mark = watermark(stable.public_key(), beta.public_key());
    CHECK(site::parse_watermark(site::write_watermark(mark)) == mark);
    CHECK(site::parse_watermark(site::write_watermark({})) == site::Watermark{});
  }

  TEST_CASE("a mark counts only while its key is one of the channel's") {
    const test::SigningKey stable;
    const test::SigningKey beta;
    const test::SigningKey next;
    const site::Watermark mark = watermark(stable.public_key(), beta.public_key());
    const auto lines = [](std::initializer_list<const test::SigningKey*> keys) {
      std::vector<std::string> out;
      for (const test::SigningKey* key : keys)
        out.push_back(key->public_key().line());
      return out;
    };
    CHECK(mark.find(Channel::stable, lines({&next, &stable})) != nullptr);
    CHECK(mark.find(Channel::stable, lines({&next})) == nullptr);
    CHECK(mark.find(Channel::nightly, lines({&stable})) == nullptr);

    schema::Identity identity{.product = "tool",
                              .agent = "tool-updater",
                              .version = schema::Version::parse("1.0.0"),
                              .date = test::now()};
    identity.public_keys = {{Channel::stable, {stable.public_key()}},
                            {Channel::beta, {beta.public_key()}}};
    CHECK(mark.counting_for(identity).newest_generated() == test::now() + std::chrono::hours(1));
    identity.public_keys[Channel::beta] = {next.public_key()};
    CHECK(mark.counting_for(identity).newest_generated() == test::now());
    CHECK(mark.counting_for(identity).security_floor()->text() == "1.2.3");
    identity.public_keys = {{Channel::stable, {beta.public_key()}}};
    CHECK_FALSE(mark.counting_for(identity).newest_generated());
    CHECK_FALSE(mark.counting_for(identity).security_floor());
  }

  TEST_CASE("with a root, the marks of metadata count and those of keys do not") {
    const test::SigningKey key;
    site::Watermark mark = watermark(key.public_key(), key.public_key());
    mark.channels.at(Channel::stable).authority = std::string(64, 'a');
    const schema::Identity identity{.product = "tool",
                                    .agent = "tool-updater",
                                    .version = schema::Version::parse("1.0.0"),
                                    .date = test::now(),
                                    .public_keys = {{Channel::beta, {key.public_key()}}},
                                    .root = schema::RootPin{}};
    CHECK(mark.counting_for(identity).channels.size() == 1);
    CHECK(mark.counting_for(identity).security_floor()->text() == "1.2.3");
  }

  TEST_CASE("every truncation and every wrong member is refused") {
    const test::SigningKey key;
    const std::string text = site::write_watermark(watermark(key.public_key(), key.public_key()));
    for (std::size_t length = 0; length + 1 < text.size(); ++length) {
      CAPTURE(length);
      CHECK_THROWS_AS(site::parse_watermark(text.substr(0, length)), base::Error);
    }
    struct Row {
      std::string from, to;
    };
    for (const Row& row :
         std::array<Row, 7>{{{"\"schema\": 1", "\"schema\": 2"},
                             {"\"generation\": 42", "\"generation\": -1"},
                             {"\"generation\": 42", "\"generation\": 9007199254740993"},
                             {"\"stable\"", "\"weekly\""},
                             {"\"generated\": \"2026-11-20T12:00:00Z\"", "\"generated\": \"\""},
                             {"\"authority\"", "\"key\""},
                             {"\"1.2.3\"", "\"1.2\""}}}) {
      CAPTURE(row.from);
      const std::string changed = base::replace_all(text, row.from, row.to);
      REQUIRE((changed != text));
      CHECK(test::message_of(Errc::config, [&] { site::parse_watermark(changed); }).size() > 0);
    }
    check_error(Errc::config, "newer program", [&] {
      site::parse_watermark(base::replace_all(text, "\"schema\": 1", "\"schema\": 2"));
    });
  }
}
