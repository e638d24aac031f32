#pragma once

#include "releaser/services.hpp"

namespace releaser {

// `program` is the table that this command becomes part of; it is read when the command runs.
base::Command add_man(const Services& services, const base::Program& program);

}  // namespace releaser
