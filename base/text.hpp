#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

inline void append_text(std::string& out, std::string_view part) { out += part; }
inline void append_text(std::string& out, char part) { out += part; }
template <std::integral Number>
requires(!std::same_as<Number, char> &&
         !std::same_as<Number, bool>) void append_text(std::string& out, Number part) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, part).ptr;
  out.append(digits, end);
}

// Joins texts, characters and integers: cat("HTTP ", 404).
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::string out;
  (append_text(out, parts), ...);
  return out;
}

// "a,b,,c" by ',' is {"a", "b", "", "c"}; an empty text is {""}. The views point into `text`.
std::vector<std::string_view> split(std::string_view text, char separator);
// The lines of a text, without LF or CRLF; a final line end does not make an empty last line.
std::vector<std::string_view> split_lines(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);
// For messages: "a, b, c and 5 more", with at most `limit` of the names.
std::string join_first(std::span<const std::string> names, std::size_t limit);
std::string_view trim(std::string_view text);
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);
std::string lower_case(std::string_view ascii);

// A decimal number without sign, blanks or leading zeros that fits; nothing otherwise.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

bool is_utf8(std::string_view text);

// Untrusted text as it may reach a terminal: control characters (C0 but for LF and TAB, DEL, C1),
// bidirectional overrides and invalid UTF-8 are dropped, and at most `max_bytes` are kept.
std::string safe_text(std::string_view unverified_text, std::size_t max_bytes = 4096);

// The candidate that `name` was probably meant to be (edit distance at most 2, or a third of its
// length), for "unknown key `taget`; did you mean `target`?".
std::optional<std::string> nearest_name(std::string_view name,
                                        std::span<const std::string> candidates);
// "; did you mean `target`?", or "" where nothing is near.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

// "2.9 MB" (powers of 1000, as download sizes are shown).
std::string human_size(std::uint64_t size_bytes);

}  // namespace base
