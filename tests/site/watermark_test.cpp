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
                       site::ChannelMark{.key = stable,
                                         .generation = 42,
                                         .generated = test::now(),
                                         .security_floor = schema::Version::parse("1.2.3")});
  out.channels.emplace(Channel::beta,
                       site::ChannelMark{.key = beta,
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
    CHECK(mark.find(Channel::stable, std::array{next.public_key(), stable.public_key()}) !=
          nullptr);
    CHECK(mark.find(Channel::stable, std::array{next.public_key()}) == nullptr);
    CHECK(mark.find(Channel::nightly, std::array{stable.public_key()}) == nullptr);
    CHECK(mark.newest_generated(
              {{Channel::stable, {stable.public_key()}}, {Channel::beta, {beta.public_key()}}}) ==
          test::now() + std::chrono::hours(1));
    CHECK(mark.newest_generated({{Channel::stable, {stable.public_key()}},
                                 {Channel::beta, {next.public_key()}}}) == test::now());
    CHECK_FALSE(mark.newest_generated({{Channel::stable, {beta.public_key()}}}));
    CHECK(mark.security_floor({{Channel::stable, {stable.public_key()}}})->text() == "1.2.3");
    CHECK_FALSE(mark.security_floor({{Channel::stable, {next.public_key()}}}));
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
                             {"\"key\": \"RW", "\"key\": \"RU"},
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
