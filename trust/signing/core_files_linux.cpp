#include "base/error.hpp"
#include "trust/signing/secret_key.hpp"

#include <cerrno>

#include <sys/prctl.h>
#include <sys/resource.h>

namespace trust {

void forbid_core_files() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) throw base::system_error("forbid core files", errno);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    throw base::system_error("forbid core files", errno);
  }
}

}  // namespace trust
