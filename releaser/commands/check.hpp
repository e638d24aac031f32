#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_check(const Services& services);

}  // namespace releaser
