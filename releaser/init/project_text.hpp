#pragma once

#include "base/file.hpp"

#include <string>
#include <string_view>

namespace releaser {

// Of each file of a project that is read.
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

// Gives an empty value what was found, as one line of plain text: it goes into a file that a person
// will read.
void set_if_empty(std::string& value, std::string_view found);

// The text of a file, or "" where it is missing, too large, or none at all.
std::string text_of_file(const base::Path& file);

}  // namespace releaser
