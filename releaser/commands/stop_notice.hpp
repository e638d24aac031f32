#pragma once

namespace releaser {

// From now on SIGINT and SIGTERM say on stderr, in one line, that the same command goes on where
// this one was; then they end the program as they always do, so that a shell sees by what. A signal
// that is ignored, as under nohup, stays so.
void tell_when_stopped();

}  // namespace releaser
