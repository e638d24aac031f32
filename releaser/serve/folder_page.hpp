#pragma once

#include "base/file.hpp"

#include <string>
#include <string_view>

namespace releaser {

// A page in HTML that lists a folder, for one that has no index.html: folders first, hidden names
// left out, every name linked from the root of the server.
//   request_path  as it was asked for, decoded: "/", "/releases/v1.0.0"
std::string folder_page(const base::Path& folder, std::string_view request_path);

}  // namespace releaser
