#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_keys_new(const Services& services);

}  // namespace releaser
