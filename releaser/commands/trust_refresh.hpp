#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_trust_refresh(const Services& services);

}  // namespace releaser
