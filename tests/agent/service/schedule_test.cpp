#include "agent/service/schedule.hpp"

#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// A service that started now, on a machine that looked for updates an hour ago.
agent::ScheduleInput input() {
  agent::ScheduleInput input;
  input.now = test::now();
  input.started = input.now;
  input.last_look = input.now;
  agent::CheckRecord record;
  record.next_due = input.now + hours(23);
  input.record = record;
  return input;
}

agent::Config daily() { return {}; }

}  // namespace

TEST_SUITE("agent/service/schedule") {
  TEST_CASE(
      "a look that is due at the start waits for a tenth of the interval, 10 minutes at most") {
    agent::ScheduleInput due = input();
    due.record = std::nullopt;
    agent::Config hourly;
    hourly.check_interval = agent::CheckInterval::hourly;
    const std::pair<double, seconds> cases[] = {
        {0.0, seconds(0)}, {0.5, minutes(3)}, {0.999, seconds(360)}};
    for (const auto& each : cases) {
      CAPTURE(each.first);
      const auto& [fraction, delay] = each;
      due.first_fraction = fraction;
      CHECK(next_look(due, hourly) == due.now + delay);
    }
    due.first_fraction = 0.5;
    CHECK(next_look(due, daily()) == due.now + minutes(5));
  }

  TEST_CASE("one that is not due yet is not hurried by a start") {
    agent::ScheduleInput later = input();
    later.first_fraction = 0.9;
    CHECK(next_look(later, daily()) == later.now + hours(23));
    later.record->next_due = later.now + minutes(1);
    CHECK(next_look(later, daily()) == later.now + seconds(540));
  }

  TEST_CASE(
      "a site that failed is left alone until it wants to be asked, also where a window opens") {
    agent::ScheduleInput failed = input();
    agent::Config windowed = daily();
    windowed.auto_install = true;
    windowed.window = agent::Window::parse("02:00-05:00");
    failed.last_look_local_minute_of_week = 60;
    CHECK(next_look(failed, windowed) == failed.now + hours(1));
    failed.record->failures = 1;
    failed.record->next_due = failed.now + hours(3);
    CHECK(next_look(failed, windowed) == failed.now + hours(3));
  }

  TEST_CASE("who comes again and again looks when one who waits would have") {
    const agent::ScheduleInput seen = input();
    agent::Config config = daily();
    agent::CheckRecord record = *seen.record;
    record.checked_at = seen.now - hours(1);
    CHECK(!look_is_due(record, config, seen.now, 0));
    CHECK(look_is_due(record, config, record.next_due, 0));
    CHECK(look_is_due(std::nullopt, config, seen.now, 0));
    config.auto_install = true;
    config.window = agent::Window::parse("02:00-05:00");
    CHECK(look_is_due(record, config, seen.now, 60));  // it was 01:00, and is 02:00
    CHECK(!look_is_due(record, config, seen.now, 59));
    record.failures = 1;
    CHECK(!look_is_due(record, config, seen.now, 60));
    config.check_interval = agent::CheckInterval::never;
    CHECK(!look_is_due(std::nullopt, config, seen.now, 0));
  }

  TEST_CASE("a record of the far future, as a clock that went back leaves it, is due") {
    agent::ScheduleInput future = input();
    future.record->next_due = future.now + hours(24 * 365);
    CHECK(next_look(future, daily()) == future.now);
  }

  TEST_CASE("after a look of its own, nothing is earlier than its back-off") {
    agent::ScheduleInput failed = input();
    failed.started -= hours(5);
    failed.record = std::nullopt;
    failed.not_before = failed.now + minutes(7);
    CHECK(next_look(failed, daily()) == failed.now + minutes(7));
    failed.record = input().record;
    CHECK(next_look(failed, daily()) == failed.now + hours(23));
  }

  TEST_CASE("there is none where checks are off") {
    agent::Config config;
    config.check_interval = agent::CheckInterval::never;
    CHECK(!next_look(input(), config));
    config = {};
    config.enabled = false;
    CHECK(!next_look(input(), config));
  }

  TEST_CASE("where updates install themselves in a window, a look comes when it opens") {
    agent::Config config;
    config.auto_install = true;
    config.window = agent::Window::parse("02:00-05:00");
    agent::ScheduleInput before = input();
    before.first_fraction = 0.5;
    before.last_look_local_minute_of_week = 90;  // Monday 01:30
    CHECK(next_look(before, config) == before.last_look + minutes(30) + minutes(5));
    // Time goes on, the window opens, and the look stays where it was.
    before.now += minutes(33);
    CHECK(next_look(before, config) == before.last_look + minutes(30) + minutes(5));
    // Who only reports needs no window.
    config.auto_install = false;
    CHECK(next_look(before, config) == before.last_look + hours(23));
  }

  TEST_CASE("a window opens where a minute within follows one without") {
    const struct {
      const char* window;
      int minute_of_week;
      std::optional<int> minutes;
    } cases[] = {
        {"02:00-05:00", 119, 1},
        {"02:00-05:00", 120, 24 * 60},
        {"02:00-05:00", 0, 120},
        {"02:00-05:00", 7 * 24 * 60 - 1, 121},
        {"Sat,Sun 22:00-06:00", 0, 5 * 24 * 60 + 22 * 60},
    };
    for (const auto& each : cases) {
      CAPTURE(each.window);
      CAPTURE(each.minute_of_week);
      CHECK(agent::minutes_to_opening(agent::Window::parse(each.window), each.minute_of_week) ==
            each.minutes);
    }
  }
}
