#pragma once

namespace trust {

// Makes libsodium ready; before the first use of it in each file that calls it. Throws
// Errc::internal.
void start_sodium();

}  // namespace trust
