#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_trust_drill(const Services& services);

}  // namespace releaser
