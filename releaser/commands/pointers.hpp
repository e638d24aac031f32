#pragma once

#include "releaser/services.hpp"

#include <vector>

namespace releaser {

// promote, yank, unyank, rollback, deprecate, rollout, floor, halt, resume.
base::Command add_promote(const Services& services);
base::Command add_yank(const Services& services);
base::Command add_unyank(const Services& services);
base::Command add_rollback(const Services& services);
base::Command add_deprecate(const Services& services);
base::Command add_rollout(const Services& services);
base::Command add_floor(const Services& services);
base::Command add_halt(const Services& services);
base::Command add_resume(const Services& services);

}  // namespace releaser
