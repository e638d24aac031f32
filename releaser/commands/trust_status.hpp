#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_trust_status(const Services& services);

}  // namespace releaser
