#pragma once

#include "base/file.hpp"

namespace agent {

// What the system has told this process since it was last asked.
struct Signals {
  bool terminate = false;    // SIGTERM, SIGINT
  bool reload = false;       // SIGHUP
  bool child_ended = false;  // SIGCHLD
};

// From now on these signals no longer end the process, but make a descriptor readable; a closed
// pipe is an error of write(). One for a process. An exec takes it back.
class SignalPipe {
 public:
  SignalPipe();
  SignalPipe(const SignalPipe&) = delete;
  SignalPipe& operator=(const SignalPipe&) = delete;
  ~SignalPipe();
  [[nodiscard]] const base::FileDescriptor& readable() const { return m_read; }
  Signals take();

 private:
  base::FileDescriptor m_read;
};

}  // namespace agent
