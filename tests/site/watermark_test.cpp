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

const std::string of_stable(64, 'a');
const std::string of_beta(64, 'b');

site::Watermark watermark() {
  site::Watermark out;
  out.channels.emplace(Channel::stable,
                       site::ChannelMark{.authority = of_stable,
                                         .generation = 42,
                                         .generated = test::now(),
                                         .security_floor = schema::Version::parse("1.2.3")});
  out.channels.emplace(Channel::beta,
                       site::ChannelMark{.authority = of_beta,
                                         .generation = 9'007'199'254'740'992,
                                         .generated = test::now() + std::chrono::hours(1),
                                         .security_floor = std::nullopt});
  return out;
}

}  // namespace

TEST_SUITE("site/watermark") {
  TEST_CASE("what is written is read as it was") {
    const site::Watermark mark = watermark();
    CHECK(site::parse_watermark(site::write_watermark(mark)) == mark);
    CHECK(site::parse_watermark(site::write_watermark({})) == site::Watermark{});
  }

  TEST_CASE("a mark counts only while its authority speaks for the channel") {
    const site::Watermark mark = watermark();
    CHECK(mark.find(Channel::stable, of_stable) != nullptr);
    CHECK(mark.find(Channel::stable, of_beta) == nullptr);
    CHECK(mark.find(Channel::nightly, of_stable) == nullptr);
    CHECK(mark.newest_generated() == test::now() + std::chrono::hours(1));
    CHECK(mark.security_floor()->text() == "1.2.3");
    CHECK_FALSE(site::Watermark{}.newest_generated());
    CHECK_FALSE(site::Watermark{}.security_floor());
  }

  TEST_CASE("every truncation and every wrong member is refused") {
    const std::string text = site::write_watermark(watermark());
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
