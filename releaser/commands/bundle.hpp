#pragma once

#include "base/command_table.hpp"
#include "releaser/services.hpp"

namespace releaser {

base::Command add_bundle(const Services& services);

}  // namespace releaser
