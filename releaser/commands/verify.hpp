#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_verify(const Services& services);

}  // namespace releaser
