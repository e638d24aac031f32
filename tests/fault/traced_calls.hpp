#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <sys/types.h>

// Which system calls change the state of a file system, and how a tracer sees them.

// Lets the calling process stop for its tracer at such calls only. False with errno where the
// kernel refuses.
bool install_filter();

// The name of the call that the process stands before, if it changes state.
std::optional<std::string_view> state_changing_call(pid_t process);

// The call is not made and gives this error. Only at that stop.
bool fail_call(pid_t process, int error_number);
// The call writes half of what it was given; false where it writes nothing that can be halved.
bool shorten_write(pid_t process);
