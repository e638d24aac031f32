#pragma once

#include "base/file.hpp"
#include "base/url.hpp"

namespace base {

// "file:///srv/my%20site" of a file or folder; one that is relative is below the working directory.
Url file_url(const Path& path);

}  // namespace base
