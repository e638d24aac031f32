#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace site {

// How long to wait before try number `failures` + 1: full jitter, U(0, min(8 s, 0.5 s ×
// 2^failures)), so that many machines that failed together do not come back together.
//   random  uniform in [0, 1)
std::chrono::milliseconds back_off(unsigned failures, double random);
// The same with a number of the system's generator.
std::chrono::milliseconds back_off(unsigned failures);

// What Retry-After says: a number of seconds or an HTTP date (RFC 9110, 10.2.3), a day at most
// whatever it says, 0 for a date that has passed. Nothing where it says neither.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, base::Time now);

}  // namespace site
