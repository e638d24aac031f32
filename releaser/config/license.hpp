#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace releaser {

// What is wrong with a licence that should be an SPDX expression of ids of the licence list, or of
// LicenseRef-… for one's own: "`GPL3` is …; did you mean …?". Nothing where it is right.
std::optional<std::string> license_problem(std::string_view text);

// The right expression where the text is one but for its spelling ("mit", "MIT/Apache-2.0",
// "Apache License 2.0"); a right one is given back as it is.
std::optional<std::string> mend_license(std::string_view text);

}  // namespace releaser
