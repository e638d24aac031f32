#pragma once

#include "agent/layout.hpp"
#include "base/clock.hpp"
#include "base/environment.hpp"
#include "base/terminal.hpp"
#include "manifest-schema/identity.hpp"

#include <ostream>

namespace agent {

// What main found out once, for the outermost functions; everything deeper gets the two or three
// values that it needs.
struct Services {
  const schema::Identity& identity;
  const base::Environment& environment;
  const base::Path& executable;  // of this process, as it was at the start, without " (deleted)"
  base::Time now;
  const base::Messages& messages;
  std::ostream& out;
  Layout layout;
  bool json = false;  // --json
};

}  // namespace agent
