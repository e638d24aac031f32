#pragma once

#include "base/process.hpp"

#include <string>
#include <string_view>

namespace releaser {

// Does the text hold this version as a word of its own? "v1.2.3," holds 1.2.3; "11.2.3", "1.2.3.4",
// "1.2.30" and "1.2.3-beta.1" do not.
bool holds_version(std::string_view text, std::string_view version);

// What is wrong with a program's answer to --version; "" where it says `version`.
std::string version_output_warning(const base::ProcessResult& result, std::string_view version);

}  // namespace releaser
