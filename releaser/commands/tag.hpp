#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_tag(const Services& services);

}  // namespace releaser
