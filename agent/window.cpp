#include "agent/config.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr int kMinutesOfDay = 24 * 60;
constexpr unsigned kAllDays = 0x7f;
constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

[[noreturn]] void refuse(std::string_view text) {
  throw Error(Errc::config, cat("`", base::safe_text(text, 64),
                                "` is no window; write 02:00-05:00 or Sat,Sun 22:00-06:00"));
}

std::optional<int> two_digits(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 2 || !digit(text[0]) || !digit(text[1])) return std::nullopt;
  return (text[0] - '0') * 10 + (text[1] - '0');
}

// "02:00", also "24:00" for the end of the day.
std::optional<int> parse_minute(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = two_digits(text.substr(0, 2));
  const auto minutes = two_digits(text.substr(3));
  if (!hours || !minutes || *minutes > 59) return std::nullopt;
  const int minute = *hours * 60 + *minutes;
  if (minute > kMinutesOfDay) return std::nullopt;
  return minute;
}

std::optional<unsigned> parse_days(std::string_view text) {
  unsigned days = 0;
  for (const std::string_view part : base::split(text, ',')) {
    const auto found = std::find(kDays.begin(), kDays.end(), base::lower_case(base::trim(part)));
    if (found == kDays.end()) return std::nullopt;
    days |= 1U << static_cast<unsigned>(found - kDays.begin());
  }
  return days;
}

}  // namespace

Window Window::parse(std::string_view text) {
  const std::string_view whole = base::trim(text);
  const std::size_t blank = whole.rfind(' ');
  const bool has_days = blank != std::string_view::npos;
  const auto days = has_days ? parse_days(whole.substr(0, blank)) : std::optional(kAllDays);
  const std::string_view span = has_days ? whole.substr(blank + 1) : whole;
  const std::size_t dash = span.find('-');
  if (!days || dash == std::string_view::npos) refuse(text);
  const auto from = parse_minute(span.substr(0, dash));
  const auto to = parse_minute(span.substr(dash + 1));
  if (!from || !to || *from == *to || *from == kMinutesOfDay) refuse(text);
  Window window;
  window.m_text = whole;
  window.m_days = *days;
  window.m_from = *from;
  window.m_to = *to;
  return window;
}

bool Window::contains(int minute_of_week) const {
  const int day = minute_of_week / kMinutesOfDay;
  const int minute = minute_of_week % kMinutesOfDay;
  const auto begins_on = [this](int which) { return (m_days >> ((which + 7) % 7) & 1U) != 0; };
  if (m_from < m_to) return begins_on(day) && minute >= m_from && minute < m_to;
  return (begins_on(day) && minute >= m_from) || (begins_on(day - 1) && minute < m_to);
}

}  // namespace agent
