#include "base/clock.hpp"

#include <cstddef>

namespace base {
namespace {

void append_digits(std::string& out, unsigned number, int width) {
  for (unsigned place = width == 4 ? 1000 : 10; place > 0; place /= 10) {
    out += static_cast<char>('0' + number / place % 10);
  }
}

}  // namespace

Time system_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::optional<Time> parse_time(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kForm.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) {
      return std::nullopt;
    }
  }
  const auto number = [&](std::size_t begin, std::size_t length) {
    int value = 0;
    for (const char digit : text.substr(begin, length)) {
      value = value * 10 + (digit - '0');
    }
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  const int hour = number(11, 2);
  const int minute = number(14, 2);
  const int second = number(17, 2);
  if (!date.ok() || date.year() < std::chrono::year(1970) || hour > 23 || minute > 59 ||
      second > 59) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

std::string format_date(Time time) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  std::string out;
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  return out;
}

std::string format_time(Time time) {
  const auto seconds = (time - std::chrono::floor<std::chrono::days>(time)).count();
  std::string out = format_date(time);
  out += 'T';
  append_digits(out, static_cast<unsigned>(seconds / 3600), 2);
  out += ':';
  append_digits(out, static_cast<unsigned>(seconds / 60 % 60), 2);
  out += ':';
  append_digits(out, static_cast<unsigned>(seconds % 60), 2);
  out += 'Z';
  return out;
}

}  // namespace base
