#pragma once

#include "releaser/services.hpp"

namespace releaser {

// The whole command line of cco-release. The result refers to `services` and to itself, so both
// stay where they are while it is used.
struct CommandLine {
  explicit CommandLine(const Services& services);
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  base::Program program;
};

}  // namespace releaser
