#include "agent/notice.hpp"

#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <array>

namespace {

using schema::Version;

agent::CheckRecord record_of(std::string_view available) {
  return {.next_due = test::now(),
          .checked_at = test::now(),
          .failures = 0,
          .channel = schema::Channel::stable,
          .available = Version::parse(available),
          .critical = false};
}

std::optional<std::string> text_of(const agent::CheckRecord& record, const agent::Config& config) {
  return agent::notice_text(record, config, Version::parse("1.1.0"), "tool", "tool-updater");
}

base::Environment with_ci(std::string value) {
  std::map<std::string, std::string, std::less<>> variables;
  variables.emplace("CI", std::move(value));
  return base::Environment(std::move(variables));
}

}  // namespace

TEST_SUITE("agent/notice") {
  TEST_CASE("a notice offers update, later, and skip this version") {
    agent::Config config;
    config.skip_versions = {Version::parse("1.1.5")};
    CHECK(text_of(record_of("1.2.0"), config) ==
          "tool 1.2.0 is available (installed: 1.1.0)\n"
          "  update:  tool-updater update\n"
          "  later:   nothing to do\n"
          "  skip it: tool-updater config set updates.skip_versions 1.1.5,1.2.0\n");
  }

  TEST_CASE("there is none for what is not newer, or was skipped, pinned away or left since") {
    const agent::Config config;
    CHECK(!text_of(record_of("1.1.0"), config));
    CHECK(!text_of(record_of("1.0.0"), config));
    CHECK(!agent::notice_text(std::nullopt, config, Version::parse("1.1.0"), "t", "t"));
    CHECK(!agent::notice_text(record_of("1.2.0"), config, std::nullopt, "t", "t"));
    agent::Config skipping;
    skipping.skip_versions = {Version::parse("1.2.0")};
    CHECK(!text_of(record_of("1.2.0"), skipping));
    agent::Config pinned;
    pinned.pin_version = "1.1";
    CHECK(!text_of(record_of("1.2.0"), pinned));
    agent::Config other_channel;
    other_channel.channel = schema::Channel::beta;
    CHECK(!text_of(record_of("1.2.0"), other_channel));
  }

  TEST_CASE("it appears only on a terminal, outside of CI, where nobody turned it off") {
    agent::Config config;
    CHECK(agent::may_notify({.terminal = true}, config));
    CHECK(!agent::may_notify({.terminal = false}, config));
    CHECK(!agent::may_notify({.terminal = true, .in_ci = true}, config));
    CHECK(!agent::may_notify({.terminal = true, .turned_off = true}, config));
    config.notify_on_update = false;
    CHECK(!agent::may_notify({.terminal = true}, config));
    config.notify_on_update = true;
    config.enabled = false;
    CHECK(!agent::may_notify({.terminal = true}, config));
    CHECK(agent::is_in_ci(with_ci("true")));
    CHECK(agent::is_in_ci(with_ci("1")));
    CHECK(!agent::is_in_ci(with_ci("false")));
    CHECK(!agent::is_in_ci(with_ci("")));
  }

  TEST_CASE("a check is due when its time has come, or when the clock went back far") {
    const agent::Config daily;
    const base::Time now = test::now();
    agent::CheckRecord record = record_of("1.2.0");
    CHECK(agent::check_is_due(std::nullopt, daily, now));
    record.next_due = now;
    CHECK(agent::check_is_due(record, daily, now));
    record.next_due = now + std::chrono::seconds(1);
    CHECK(!agent::check_is_due(record, daily, now));
    record.next_due = now + std::chrono::hours(24 * 365);
    CHECK(agent::check_is_due(record, daily, now));
    agent::Config never;
    never.check_interval = agent::CheckInterval::never;
    CHECK(!agent::check_is_due(std::nullopt, never, now));
    agent::Config off;
    off.enabled = false;
    CHECK(!agent::check_is_due(std::nullopt, off, now));
  }

  TEST_CASE("the next check varies by a tenth, and after failures it backs off to the interval") {
    const agent::Config daily;
    const base::Time now = test::now();
    struct Row {
      std::uint64_t failures;
      double random;
      long seconds;
    };
    constexpr std::array<Row, 9> kRows{{{0, 0.0, 77760},
                                        {0, 0.5, 86400},
                                        {0, 0.999999, 95040},
                                        {1, 0.0, 60},
                                        {1, 0.999999, 120},
                                        {3, 0.5, 240},
                                        {10, 0.999999, 61440},
                                        {11, 0.999999, 86400},
                                        {1000000, 0.999999, 86400}}};
    for (const Row& row : kRows) {
      CAPTURE(row.failures);
      CAPTURE(row.random);
      CHECK((agent::next_check(daily, row.failures, now, row.random) - now).count() == row.seconds);
    }
  }
}
