#pragma once

#include <span>
#include <string_view>

namespace releaser {

// Ids of the SPDX licence list, in the spelling of the list. A deprecated one is still valid.
std::span<const std::string_view> spdx_licenses();
std::span<const std::string_view> spdx_deprecated_licenses();
std::span<const std::string_view> spdx_exceptions();

}  // namespace releaser
