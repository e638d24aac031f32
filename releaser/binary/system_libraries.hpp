#pragma once

#include "manifest-schema/platform.hpp"

#include <string_view>

namespace releaser {

// Is this library, named as in the file, part of every machine of the platform?
bool is_system_library(std::string_view name, const schema::Platform& platform);

}  // namespace releaser
