#include "trust/sodium_start.hpp"

#include "base/error.hpp"

#include <sodium.h>

namespace trust {

void start_sodium() {
  static const int status = sodium_init();
  if (status < 0) throw base::Error(base::Errc::internal, "libsodium does not start");
}

}  // namespace trust
