#pragma once

#include <string_view>

namespace agent {

// The platform that it was compiled for: "linux-x86_64", "linux-aarch64-musl".
std::string_view build_platform();

}  // namespace agent
