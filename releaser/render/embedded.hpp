#pragma once

#include <string_view>

namespace releaser {

// The bytes of a template file that the build put into this program, by its file name:
// "install.ps1.in". Throws Errc::internal for a name that releaser/render/meson.build does not
// list.
std::string_view embedded_template(std::string_view file_name);

}  // namespace releaser
