#include "manifest-schema/version.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace schema {
namespace {

using base::cat;
using base::Errc;
using base::Error;

// Versions become names of folders and files, which end at 255 bytes.
constexpr std::size_t kMaxVersionBytes = 128;

bool is_digit(char character) { return character >= '0' && character <= '9'; }

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

bool has_leading_zero(std::string_view number) { return number.size() > 1 && number[0] == '0'; }

// "08" after a year of four digits is a padded month; any other leading zero is an error.
std::string_view without_month_padding(std::string_view first, std::string_view second) {
  const bool padded = first.size() == 4 && first[0] != '0' && second.size() == 2 &&
                      second[0] == '0' && second[1] != '0';
  return padded ? second.substr(1) : second;
}

// Decimal numbers without leading zeros: the longer is the greater.
std::strong_ordering compare_numbers(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return left.size() <=> right.size();
  return left <=> right;
}

// SemVer 2.0, section 11.4: numeric identifiers are lower than others.
std::strong_ordering compare_identifiers(std::string_view left, std::string_view right) {
  const bool left_numeric = is_number(left);
  const bool right_numeric = is_number(right);
  if (left_numeric && right_numeric) return compare_numbers(left, right);
  if (left_numeric != right_numeric) {
    return left_numeric ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return left <=> right;
}

struct Parts {
  std::vector<std::string> numbers;
  std::vector<std::string> prerelease;
};

// The parts of a version or of the beginning of one (one to three numbers); else the problem.
std::optional<std::string> split_version(std::string_view text, Parts& parts) {
  if (text.size() > kMaxVersionBytes) return cat("it is longer than ", kMaxVersionBytes, " bytes");
  if (!text.empty() && text[0] == 'v') text.remove_prefix(1);
  if (text.find('+') != std::string_view::npos) {
    return "build metadata (\"+…\") is not used here, leave it out";
  }
  const std::size_t dash = text.find('-');
  std::string_view first;
  for (std::string_view number : base::split(text.substr(0, dash), '.')) {
    if (!is_number(number)) return "it must be three numbers such as 1.2.3 or 2026.11.1";
    if (parts.numbers.empty()) first = number;
    if (parts.numbers.size() == 1) number = without_month_padding(first, number);
    if (has_leading_zero(number)) return cat("the number ", number, " has a leading zero");
    parts.numbers.emplace_back(number);
  }
  if (dash == std::string_view::npos) return std::nullopt;
  for (const std::string_view identifier : base::split(text.substr(dash + 1), '.')) {
    if (!is_identifier(identifier)) {
      return "the part after \"-\" must be words of letters, digits and \"-\" such as beta.1";
    }
    if (is_number(identifier) && has_leading_zero(identifier)) {
      return cat("the number ", identifier, " has a leading zero");
    }
    parts.prerelease.emplace_back(identifier);
  }
  return std::nullopt;
}

std::optional<std::string> split_whole_version(std::string_view text, Parts& parts) {
  auto problem = split_version(text, parts);
  if (problem) return problem;
  if (parts.numbers.size() != 3) return "it must be three numbers such as 1.2.3 or 2026.11.1";
  return std::nullopt;
}

}  // namespace

Version Version::parse(std::string_view text) {
  Parts parts;
  if (const auto problem = split_whole_version(text, parts)) {
    throw Error(Errc::config, cat("`", base::safe_text(text, kMaxVersionBytes),
                                  "` is not a version: ", *problem));
  }
  Version version;
  version.m_numbers = std::move(parts.numbers);
  version.m_prerelease = std::move(parts.prerelease);
  return version;
}

std::optional<Version> Version::try_parse(std::string_view text) {
  Parts parts;
  if (split_whole_version(text, parts)) return std::nullopt;
  Version version;
  version.m_numbers = std::move(parts.numbers);
  version.m_prerelease = std::move(parts.prerelease);
  return version;
}

std::string Version::text() const {
  std::string text = base::join(m_numbers, ".");
  if (!m_prerelease.empty()) text += "-" + base::join(m_prerelease, ".");
  return text;
}

std::string Version::prerelease_name() const {
  return m_prerelease.empty() ? std::string() : m_prerelease.front();
}

Version Version::core() const {
  Version version;
  version.m_numbers = m_numbers;
  return version;
}

bool Version::matches_prefix(std::string_view prefix) const {
  Parts parts;
  if (split_version(prefix, parts) || parts.numbers.size() > m_numbers.size()) return false;
  if (!std::equal(parts.numbers.begin(), parts.numbers.end(), m_numbers.begin())) return false;
  if (parts.numbers.size() < m_numbers.size()) return parts.prerelease.empty();
  // Three numbers name one version: "1.2.3" is not 1.2.3-beta.1.
  if (parts.prerelease.empty()) return m_prerelease.empty();
  return parts.prerelease.size() <= m_prerelease.size() &&
         std::equal(parts.prerelease.begin(), parts.prerelease.end(), m_prerelease.begin());
}

std::strong_ordering Version::operator<=>(const Version& other) const {
  for (std::size_t i = 0; i < m_numbers.size(); ++i) {
    const auto order = compare_numbers(m_numbers[i], other.m_numbers[i]);
    if (std::is_neq(order)) return order;
  }
  if (m_prerelease.empty() || other.m_prerelease.empty()) {
    return other.m_prerelease.size() <=> m_prerelease.size();
  }
  const std::size_t common = std::min(m_prerelease.size(), other.m_prerelease.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto order = compare_identifiers(m_prerelease[i], other.m_prerelease[i]);
    if (std::is_neq(order)) return order;
  }
  return m_prerelease.size() <=> other.m_prerelease.size();
}

bool Version::operator==(const Version& other) const {
  return m_numbers == other.m_numbers && m_prerelease == other.m_prerelease;
}

}  // namespace schema
