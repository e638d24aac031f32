#pragma once

#include "base/file.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace base {

enum class ProcessOutput { captured, inherited };
// What a program left in the background when it ended; `killed` needs a timeout, which makes the
// group.
enum class Background { stays, killed };

// What happens when a program writes more than it may: the rest is read and dropped, or it is ended
// as by the timeout, which must be given.
enum class Excess { dropped, ends_it };

struct ProcessOptions {
  std::optional<Path> directory;
  // The whole environment of the child ("NAME=value"); nothing: the one that was left after secrets
  // were unset.
  std::optional<std::vector<std::string>> environment;
  // 0: none. With one, the child leads a process group of its own, all of which gets SIGKILL at the
  // end of it, and it does not outlive the calling thread; without, Ctrl-C reaches it as it does
  // us.
  std::chrono::milliseconds timeout{0};
  std::size_t max_output = 1 << 20;  // of each stream
  Excess excess = Excess::dropped;   // of its standard output; errors are always dropped
  ProcessOutput output = ProcessOutput::captured;
  Background background = Background::stays;
  std::string input;  // for its standard input, else /dev/null
};

struct ProcessResult {
  int exit_status = 0;  // 128 + signal where a signal ended it
  std::optional<int> signal;
  bool timed_out = false;
  bool wrote_too_much = false;  // with Excess::ends_it
  std::string output;
  std::string errors;
};

// Runs argv[0] (searched in the child's PATH if it has no slash) and waits for its end, not for
// what it left in the background. Never a shell. Only standard streams are inherited. A program
// that is still open for writing is tried again for at most half a second. Throws Errc::not_found
// if there is no such program, Errc::cannot_write if it may not be executed (noexec, no
// permission), Errc::config if it is none for this machine, Errc::internal where this machine has
// no process, pipe or memory to spare.
ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options = {});

// The program that PATH finds, or nothing. Empty and relative entries of PATH are passed over.
std::optional<Path> find_program(std::string_view name, std::string_view path_variable);

}  // namespace base
