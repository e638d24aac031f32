#pragma once

#include "base/error.hpp"
#include "releaser/stages/run.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace releaser {

// Calls `work` for each destination that still takes part. The first one carries what the others
// follow, so an Error there fails the run; so does everywhere a conflict, which a person must
// decide, and a lock, which is over soon. Another destination that fails leaves the run, with its
// reason in run.failures; its neighbours go on.
void at_each_destination(Run& run, const std::function<void(Destination&)>& work);

// "1 of 2 destinations failed<advice>:" and a line each; of one destination its own problem alone.
// `code` is that of the whole.
base::Error failure_of(const std::vector<DestinationFailure>& failures, std::size_t of,
                       base::Errc code, std::string_view advice);

// For commands that only look: the code of the failures where they agree, else Errc::partial.
base::Errc common_code(const std::vector<DestinationFailure>& failures);

}  // namespace releaser
