#pragma once

#include "base/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// One line of `doctor`.
struct Finding {
  enum class Level {
    ok,       // as it should be
    note,     // what somebody should know
    warning,  // works now
    error,    // fails, or will within days: the exit status says it
  };
  Level level = Level::ok;
  std::string subject;                 // "site", "keys", "theft", "release"
  std::string text;                    // what is so; what to do
  base::Errc code = base::Errc::done;  // of an error
};

std::string_view level_name(Finding::Level level);

// The status of the whole: 7 before 8 before all others, of which the first counts.
base::Errc status_of(const std::vector<Finding>& findings);

// "48h", "7d" or "90m", in seconds; nothing for anything else, and for more than ten years.
std::optional<std::chrono::seconds> parse_age(std::string_view text);
// "3 days", "5 hours", "1 minute": rounded down to the largest unit.
std::string describe_age(std::chrono::seconds age);

}  // namespace releaser
