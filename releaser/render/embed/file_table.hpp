#pragma once

#include <span>
#include <string_view>

namespace releaser {

struct EmbeddedFile {
  std::string_view name, bytes;
};
// Defined in the source that embed/main.cpp writes during the build.
std::span<const EmbeddedFile> embedded_files();

}  // namespace releaser
