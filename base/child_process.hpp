#pragma once

#include "base/process.hpp"

#include <variant>
#include <vector>

#include <sys/types.h>

namespace base {

// The half of run_process() that lies between fork() and exec; for process_posix.cpp alone.

// All that the child needs, made before fork(): after it, only async-signal-safe calls are allowed,
// because another thread may hold the allocator's lock.
struct Launch {
  std::string program;
  std::vector<char*> argv;
  std::vector<char*> environment;
  const char* directory = nullptr;
  int input = -1, output = -1, errors = -1;  // for the standard streams; -1: as ours
  int failure = -1;                          // gets errno where exec fails
  bool own_group = false;
  pid_t parent = 0;
};

// A program that runs, and our ends of its pipes, which never block.
struct Child {
  pid_t pid = -1;
  FileDescriptor ended;  // readable once it has ended; closed where the system has no such thing
  FileDescriptor input, output, errors;
};

// Starts the program; gives errno where exec failed.
std::variant<Child, int> start_child(Launch& launch, const ProcessOptions& options);

}  // namespace base
