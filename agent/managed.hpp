#pragma once

#include "base/file.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agent {

// The command that updates a program at this path, where a package manager owns it: "brew upgrade
// tool"; nothing where no rule knows the place.
//   distribution_list_exists  is there /var/lib/dpkg/info/<product>.list?
std::optional<std::string> package_manager_command(const base::Path& executable,
                                                   std::string_view product,
                                                   bool distribution_list_exists);

}  // namespace agent
