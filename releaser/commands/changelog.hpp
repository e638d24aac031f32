#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_changelog(const Services& services);

}  // namespace releaser
