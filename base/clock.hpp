#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace base {

// A moment in UTC, to the second. Enters a run once, in main, and is passed on as a value.
using Time = std::chrono::sys_seconds;

Time system_now();

// Exactly "YYYY-MM-DDTHH:MM:SSZ" with a real date between 1970 and 9999; nothing otherwise. Never
// looks at the time zone.
std::optional<Time> parse_time(std::string_view text);
std::string format_time(Time time);
// "2026-11-20".
std::string format_date(Time time);

}  // namespace base
