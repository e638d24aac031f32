#pragma once

namespace releaser {

// From now on SIGINT and SIGTERM say on stderr, in one line, where this command was, and that the
// same one goes on from there; then they end the program as they always do, so that a shell sees by
// what. A signal that is ignored, as under nohup, stays so.
void tell_when_stopped();

}  // namespace releaser
