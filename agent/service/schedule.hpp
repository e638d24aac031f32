#pragma once

#include "agent/check_record.hpp"
#include "agent/config.hpp"

#include <optional>

namespace agent {

// When the service looks for updates, as a pure function of what was and what the configuration
// says.
struct ScheduleInput {
  base::Time now{};
  base::Time started{};         // of the service
  double first_fraction = 0.0;  // in [0, 1), drawn once a start
  std::optional<CheckRecord> record;
  // After a look of this service; also of one that could not write its record.
  std::optional<base::Time> not_before;
  base::Time last_look{};                  // of this service; before the first: its start
  int last_look_local_minute_of_week = 0;  // in local time
};

// The time of the next look, which may have passed; nothing where checks are off. After a start: at
// most U(0, min(10 min, interval/10)) later than it would be due. Where updates install themselves
// in a window only, also when that opens, so that it is not missed by a look a day.
std::optional<base::Time> next_look(const ScheduleInput& input, const Config& config);

// The same for who is not there between looks, as a timer that ticks more often: is one due now?
//   last_look_local_minute_of_week  of record->checked_at, in local time
bool look_is_due(const std::optional<CheckRecord>& record, const Config& config, base::Time now,
                 int last_look_local_minute_of_week);

// Minutes from `minute_of_week` to the next one that is in the window and follows one that is not;
// nothing for a window that is always open.
std::optional<int> minutes_to_opening(const Window& window, int minute_of_week);

}  // namespace agent
