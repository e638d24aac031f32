#pragma once

#include "base/file.hpp"

namespace releaser {

// A descriptor that becomes readable when SIGINT, SIGTERM or SIGHUP comes, which no longer end the
// process: for a loop that ends cleanly. To be made before threads start.
base::FileDescriptor take_stop_signals();

}  // namespace releaser
