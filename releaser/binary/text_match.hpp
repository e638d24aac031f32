#pragma once

#include <algorithm>
#include <cctype>
#include <span>
#include <string_view>

namespace releaser {

// A letter or a digit of ASCII.
inline bool is_alphanumeric(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0;
}

inline bool starts_with_any(std::span<const std::string_view> prefixes, std::string_view text) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

}  // namespace releaser
