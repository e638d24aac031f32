#pragma once

#include "manifest-schema/identity.hpp"

#include <string_view>

namespace releaser {

// What an agent is stamped with, so that it believes metadata from this root on. Throws
// Errc::untrusted for what is no root that its own keys have signed.
schema::RootPin pin_of(std::string_view root_bytes);

}  // namespace releaser
