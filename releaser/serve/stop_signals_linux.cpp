#include "base/error.hpp"
#include "releaser/serve/stop_signals.hpp"

#include <cerrno>
#include <csignal>

#include <sys/signalfd.h>

namespace releaser {

base::FileDescriptor take_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    sigaddset(&signals, number);
  }
  if (sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) {
    throw base::system_error("block signals", errno);
  }
  base::FileDescriptor descriptor(signalfd(-1, &signals, SFD_CLOEXEC));
  if (!descriptor.is_open()) {
    throw base::system_error("wait for signals", errno);
  }
  return descriptor;
}

}  // namespace releaser
