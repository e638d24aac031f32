#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_publish(const Services& services);

}  // namespace releaser
