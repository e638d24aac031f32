#include "releaser/doctor/finding.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kLongest = days(3650);

}  // namespace

std::string_view level_name(Finding::Level level) {
  switch (level) {
    case Finding::Level::ok:
      return "ok";
    case Finding::Level::note:
      return "note";
    case Finding::Level::warning:
      return "warning";
    case Finding::Level::error:
      return "error";
  }
  return "";
}

Errc status_of(const std::vector<Finding>& findings) {
  Errc status = Errc::done;
  const auto rank = [](Errc code) {
    return code == Errc::untrusted ? 3 : code == Errc::expired ? 2 : code == Errc::done ? 0 : 1;
  };
  for (const Finding& finding : findings) {
    if (finding.level != Finding::Level::error) continue;
    if (rank(finding.code) > rank(status)) status = finding.code;
  }
  return status;
}

std::optional<seconds> parse_age(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 1 || end + 1 != text.data() + text.size()) {
    return std::nullopt;
  }
  if (count > kLongest.count()) return std::nullopt;
  seconds age{};
  switch (*end) {
    case 'd':
      age = days(count);
      break;
    case 'h':
      age = hours(count);
      break;
    case 'm':
      age = minutes(count);
      break;
    default:
      return std::nullopt;
  }
  if (age > kLongest) return std::nullopt;
  return age;
}

std::string describe_age(seconds age) {
  struct Unit {
    seconds length;
    std::string_view name;
  };
  constexpr std::array<Unit, 3> kUnits{Unit{days(1), "day"}, Unit{hours(1), "hour"},
                                       Unit{minutes(1), "minute"}};
  for (const Unit& unit : kUnits) {
    // Two hours are told as hours, and 47 hours too.
    const std::int64_t count = age / unit.length;
    if (count < 1 || (unit.length == seconds(days(1)) && count < 2)) continue;
    return cat(count, ' ', unit.name, count == 1 ? "" : "s");
  }
  return "less than a minute";
}

}  // namespace releaser
