#pragma once

#include "base/file.hpp"

namespace agent {

// What somebody gave to the program that is in place (owner, mode, access list, capabilities,
// SELinux label), its successor gets too, durably. Touches nothing where both have the same.
// Throws Errc::cannot_write, with what it is and what to do, where this account may not give it:
// a service that may not open its port any more is worse than a version that stays.
void carry_rights_over(const base::Path& from, const base::Path& to);

}  // namespace agent
