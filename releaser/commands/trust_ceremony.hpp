#pragma once

#include "releaser/services.hpp"

namespace releaser {

base::Command add_trust_sign(const Services& services);
base::Command add_trust_rotate(const Services& services);
base::Command add_trust_finalize(const Services& services);

}  // namespace releaser
