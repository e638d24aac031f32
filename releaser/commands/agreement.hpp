#pragma once

#include "releaser/services.hpp"

#include <string>
#include <vector>

namespace releaser {

// --yes.
base::Option yes_option();

// Asks a holder whether to sign what was shown. With --yes nobody is asked. Throws Errc::usage
// without a terminal, Errc::cancelled where the answer is no.
void require_agreement(const Services& services, const base::Arguments& arguments,
                       const base::Messages& messages);

}  // namespace releaser
