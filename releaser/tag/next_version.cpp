#include "releaser/tag/next_version.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <optional>

namespace releaser {
namespace {

using base::cat;
using schema::Channel;
using schema::Version;

std::vector<std::uint64_t> numbers_of(const Version& version) {
  std::vector<std::uint64_t> numbers;
  const std::string core = version.core().text();
  for (const std::string_view part : base::split(core, '.'))
    numbers.push_back(base::parse_decimal(part).value_or(0));
  return numbers;
}

std::string count_up(const Version& version, std::size_t place) {
  std::vector<std::uint64_t> numbers = numbers_of(version);
  ++numbers[place];
  for (std::size_t after = place + 1; after < numbers.size(); ++after)
    numbers[after] = 0;
  return cat(numbers[0], ".", numbers[1], ".", numbers[2]);
}

std::string next_core(std::string_view scheme, const std::optional<Version>& newest, Bump bump,
                      base::Time now) {
  if (scheme == "calver") {
    const std::string day = base::format_date(now);  // 2026-11-20
    const std::string_view month = std::string_view(day).substr(day[5] == '0' ? 6 : 5);
    const std::string prefix = cat(day.substr(0, 4), ".", month.substr(0, month.find('-')));
    const Version first = Version::parse(cat(prefix, ".1"));
    return newest && !(*newest < first) ? count_up(*newest, 2) : first.text();
  }
  if (!newest) return "0.1.0";
  const bool is_early = numbers_of(*newest)[0] == 0;
  if (bump == Bump::major && !is_early) return count_up(*newest, 0);
  return count_up(*newest, bump == Bump::patch ? 2 : 1);
}

bool is_word_letter(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
         (letter >= 'A' && letter <= 'Z') || letter == '_';
}

}  // namespace

Version next_version(std::string_view scheme, const std::vector<Version>& known, Channel channel,
                     Bump bump, base::Time now) {
  std::optional<Version> stable, pre;
  for (const Version& version : known) {
    std::optional<Version>& newest = version.is_prerelease() ? pre : stable;
    if (!newest || *newest < version) newest = version;
  }
  Version core = Version::parse(next_core(scheme, stable, bump, now));
  if (pre && (!stable || *stable < pre->core())) core = std::max(core, pre->core());
  if (channel == Channel::stable) return core;
  const auto is_known = [&](const Version& version) {
    return std::find(known.begin(), known.end(), version) != known.end();
  };
  if (channel == Channel::nightly) {
    const std::string day = base::replace_all(base::format_date(now), "-", "");
    Version next = Version::parse(cat(core.text(), "-nightly.", day));
    for (std::uint64_t number = 2; is_known(next); ++number)
      next = Version::parse(cat(core.text(), "-nightly.", day, ".", number));
    return next;
  }
  std::uint64_t number = 1;
  for (const Version& version : known) {
    if (version.core() != core || version.prerelease_name() != "beta") continue;
    const std::string text = version.text();
    const auto last = base::parse_decimal(text.substr(text.rfind('.') + 1));
    if (last) number = std::max(number, *last + 1);
  }
  return Version::parse(cat(core.text(), "-beta.", number));
}

bool names_version(std::string_view text, const Version& version) {
  const std::string word = version.text();
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    std::string_view before = text.substr(0, at), after = text.substr(at + word.size());
    if (before.ends_with('v') || before.ends_with('V')) before.remove_suffix(1);
    const bool begins = before.empty() || (!is_word_letter(before.back()) && before.back() != '.' &&
                                           before.back() != '-');
    const bool goes_on =
        !after.empty() &&
        (is_word_letter(after[0]) || ((after[0] == '.' || after[0] == '-' || after[0] == '+') &&
                                      after.size() > 1 && is_word_letter(after[1])));
    if (begins && !goes_on) return true;
  }
  return false;
}

}  // namespace releaser
