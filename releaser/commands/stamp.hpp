#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_stamp(const Services& services);

}  // namespace releaser
