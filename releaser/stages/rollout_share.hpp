#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace releaser {

inline constexpr int kEverybody = 10000;  // basis points

// "12.5 %" of 1250.
std::string percent_text(int basis_points);
// Basis points of "12.5", "5 %" or "100": 0 to 100, at most two decimals; nothing for other texts.
std::optional<int> parse_percent(std::string_view text);

}  // namespace releaser
