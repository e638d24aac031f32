#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_init_distribution(const Services& services);

}  // namespace releaser
