#include "agent/service/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace agent {
namespace {

constexpr int kMinutesOfWeek = 7 * 24 * 60;

std::chrono::seconds first_delay(std::chrono::seconds interval, double fraction) {
  const auto longest = std::min<std::chrono::seconds>(std::chrono::minutes(10), interval / 10);
  return std::chrono::seconds(std::llround(static_cast<double>(longest.count()) * fraction));
}

}  // namespace

std::optional<int> minutes_to_opening(const Window& window, int minute_of_week) {
  bool was_open = window.contains(minute_of_week);
  for (int ahead = 1; ahead <= kMinutesOfWeek; ++ahead) {
    const bool is_open = window.contains((minute_of_week + ahead) % kMinutesOfWeek);
    if (is_open && !was_open) {
      return ahead;
    }
    was_open = is_open;
  }
  return std::nullopt;
}

std::optional<base::Time> next_look(const ScheduleInput& input, const Config& config) {
  const auto interval = check_interval_length(config.check_interval);
  if (!config.enabled || !interval) {
    return std::nullopt;
  }
  const base::Time first = input.started + first_delay(*interval, input.first_fraction);
  base::Time next = first;
  if (!check_is_due(input.record, config, input.now)) {
    next = std::max(next, input.record->next_due);
  }
  if (config.auto_install && config.window) {
    if (const auto minutes =
            minutes_to_opening(*config.window, input.last_look_local_minute_of_week)) {
      // Not every machine at the same second.
      const base::Time opening = input.last_look + std::chrono::minutes(*minutes) +
                                 first_delay(*interval, input.first_fraction);
      next = std::min(next, opening);
    }
  }
  if (input.record && input.record->failures > 0 &&
      !check_is_due(input.record, config, input.now)) {
    // A site that failed, and may have asked to be left alone, is, also where a window opens.
    next = std::max(next, input.record->next_due);
  }
  return input.not_before ? std::max(next, *input.not_before) : next;
}

bool look_is_due(const std::optional<CheckRecord>& record, const Config& config, base::Time now,
                 int last_look_local_minute_of_week) {
  const auto next =
      next_look({.now = now,
                 .started = now,
                 .first_fraction = 0.0,
                 .record = record,
                 .not_before = std::nullopt,
                 .last_look = record && record->checked_at ? *record->checked_at : now,
                 .last_look_local_minute_of_week = last_look_local_minute_of_week},
                config);
  return next && *next <= now;
}

}  // namespace agent
