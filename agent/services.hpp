#pragma once

#include "agent/layout.hpp"
#include "base/clock.hpp"
#include "base/environment.hpp"
#include "base/terminal.hpp"
#include "manifest-schema/identity.hpp"

#include <ostream>

namespace agent {

// Does this build change what is installed, or was it made for a distribution, whose package
// manager does? A builder's choice: the Meson option self_update.
enum class SelfUpdate { offered, left_to_distribution };

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
  SelfUpdate self_update = SelfUpdate::offered;
};

}  // namespace agent
