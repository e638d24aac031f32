#include "site/patience.hpp"

#include "base/random.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace site {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstWait{500};
constexpr milliseconds kLongestWait{8000};
constexpr seconds kDay{86'400};

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "Sun, 06 Nov 1994 08:49:37 GMT", the one form that a server may send; what a date that does not
// exist becomes is left to parse_time.
std::optional<base::Time> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto words = base::split(text, ' ');
  if (words.size() != 6 || words[5] != "GMT") return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), words[2]);
  if (month == kMonths.end()) return std::nullopt;
  const std::string number = std::to_string(month - kMonths.begin() + 1);
  return base::parse_time(base::cat(words[3], "-", number.size() == 1 ? "0" : "", number, "-",
                                    words[1], "T", words[4], "Z"));
}

}  // namespace

milliseconds back_off(unsigned failures, double random) {
  constexpr unsigned kMostDoublings = 8;
  const milliseconds longest =
      std::min(kLongestWait, kFirstWait * (1 << std::min(failures, kMostDoublings)));
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(longest.count()) * random));
}

milliseconds back_off(unsigned failures) { return back_off(failures, base::random_fraction()); }

std::optional<seconds> parse_retry_after(std::string_view text, base::Time now) {
  const std::string_view said = base::trim(text);
  if (is_digits(said)) {
    // A number that is too large for us is a day as well.
    const auto number = base::parse_decimal(said);
    const auto most = static_cast<std::uint64_t>(kDay.count());
    return seconds(static_cast<std::int64_t>(std::min(number.value_or(most), most)));
  }
  const auto date = parse_http_date(said);
  if (!date) return std::nullopt;
  return std::clamp(*date - now, seconds(0), kDay);
}

}  // namespace site
