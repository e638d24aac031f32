#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_doctor(const Services& services);

}  // namespace releaser
