#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// An SPDX licence expression: one licence, or parts that all apply ("AND") or of which one may be
// chosen ("OR"). Source: SPDX specification 2.3, annex D.
struct LicenseExpression {
  enum class Kind { license, all_of, any_of };
  Kind kind = Kind::license;
  std::string name;       // "Apache-2.0"
  std::string exception;  // of "GPL-2.0-only WITH Classpath-exception-2.0"
  std::vector<LicenseExpression> parts;
};

enum class OwnLicenses { refused, allowed };  // LicenseRef-…, DocumentRef-…:LicenseRef-…
// Nothing where the text is no such expression. Whether a list has the names is not asked.
std::optional<LicenseExpression> parse_license(std::string_view text,
                                               OwnLicenses own = OwnLicenses::refused);

}  // namespace releaser
