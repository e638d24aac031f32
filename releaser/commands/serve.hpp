#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_serve(const Services& services);

}  // namespace releaser
