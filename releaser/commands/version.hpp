#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_version(const Services& services);

}  // namespace releaser
