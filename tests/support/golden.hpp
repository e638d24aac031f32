#pragma once

#include "base/file.hpp"

#include <string_view>

namespace test {

// The root of the sources, where tests find golden files and examples.
base::Path source_root();

// Compares a generated text with tests/golden/<name>; UPDATE_GOLDEN=1 in the environment writes it
// instead.
void check_golden(std::string_view name, std::string_view text);

}  // namespace test
