#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "releaser/config/config.hpp"

#include <ostream>

namespace releaser {

// Rehearses ceremonies with throw-away keys in `scratch`, an empty folder, for a product that is
// set up as `config` says: a key that changes, a stolen online key, a stolen release key, a lost
// root key. All of it is done by the code that does it in earnest, and an updater that knows only
// the first root looks at the outcome. What happens is told to `out`. Throws Errc::internal where
// the outcome is not what it must be. [trust] is there.
void rehearse(const Config& config, const base::Path& scratch, base::Time now, std::ostream& out);

}  // namespace releaser
