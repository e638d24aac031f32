#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_package(const Services& services);

}  // namespace releaser
