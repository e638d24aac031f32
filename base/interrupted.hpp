#pragma once

#include <cerrno>

namespace base {

// Makes a system call again as long as a signal interrupts it: on file systems of the network even
// open, fsync and rename may be.
template <class Call>
auto uninterrupted(const Call& call) {
  for (;;) {
    const auto result = call();
    if (result != -1 || errno != EINTR) {
      return result;
    }
  }
}

}  // namespace base
