#pragma once

#include "manifest-schema/identity.hpp"

#include <optional>

namespace agent {

// Reads who this program is from the section of its own binary that `cco-release stamp` writes
// (manifest-schema/README.md, "Identity record"). Nothing in a build that nobody stamped. Throws
// Errc::untrusted where the record is damaged; such a program must do nothing.
std::optional<schema::Identity> read_own_identity();

}  // namespace agent
