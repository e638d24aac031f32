#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace schema {

// A version of either scheme: CalVer YYYY.M.N or SemVer 2.0, three numbers and an optional
// pre-release, ordered by SemVer precedence with numeric fields of unbounded length. A leading "v"
// and a padded month are read; text() is the one canonical form.
class Version {
 public:
  // Throws Errc::config that says what is wrong ("+build" is refused).
  static Version parse(std::string_view text);
  static std::optional<Version> try_parse(std::string_view text);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is_prerelease() const { return !m_prerelease.empty(); }
  // "beta" of "beta.1"; empty for a release.
  [[nodiscard]] std::string prerelease_name() const;
  // The version without its pre-release.
  [[nodiscard]] Version core() const;
  // Does this version lie below the prefix, component by component? "2026.1" matches 2026.1.3,
  // never 2026.10.1.
  [[nodiscard]] bool matches_prefix(std::string_view prefix) const;

  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const;

 private:
  Version() = default;
  std::vector<std::string> m_numbers;  // three, decimal without leading zeros
  std::vector<std::string> m_prerelease;
};

}  // namespace schema
