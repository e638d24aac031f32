// Runs a command and disturbs it at its N-th state-changing system call.
//
//   kill_at --count -- COMMAND…            how many such calls an undisturbed run makes; its stdout
//                                          goes to stderr
//   kill_at --list -- COMMAND…             the same, and each call's name on stderr
//   kill_at --at N -- COMMAND…             killed with all its children just before the call: 137
//   kill_at --at N --fail EIO -- COMMAND…  the call is not made and gives this error
//   kill_at --from N --fail ENOSPC -- …    so do all calls from it on; a full disk stays full, and
//                                          lets nobody but unlink and rmdir make room
//   kill_at --at N --short -- COMMAND…     a write writes half of what it was given
//
// The exit status is the command's own, else. State-changing: whatever makes, changes, renames,
// links or removes something in a file system, and the calls that make it durable; write to
// anything but a file (pipe, socket, terminal, device) does not count. A seccomp filter stops the
// command at these calls only, so that the rest runs at full speed. Linux 5.3 or newer.
#include "tests/fault/traced_calls.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// Ends without destructors and checks of leaks: it may be the traced child.
[[noreturn]] void fail(const std::string& what) {
  std::cerr << "kill_at: " << what << ": " << std::strerror(errno) << std::endl;
  _exit(2);
}

[[noreturn]] void run_child(std::vector<char*> argv, bool output_to_stderr) {
  if (output_to_stderr) {
    dup2(STDERR_FILENO, STDOUT_FILENO);
  }
  // LeakSanitizer cannot work in a traced process.
  const char* options = std::getenv("ASAN_OPTIONS");
  const std::string with_leaks_off =
      (options == nullptr ? std::string() : std::string(options) + ":") + "detect_leaks=0";
  setenv("ASAN_OPTIONS", with_leaks_off.c_str(), 1);
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
    fail("be traced");
  }
  if (raise(SIGSTOP) != 0) {
    fail("wait for the tracer");
  }
  if (!install_filter()) {
    fail("set the filter");
  }
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  fail(std::string("run ") + argv[0]);
}

constexpr std::pair<std::string_view, int> kErrors[] = {
    {"ENOSPC", ENOSPC}, {"EIO", EIO},     {"EACCES", EACCES},   {"EXDEV", EXDEV},
    {"EROFS", EROFS},   {"EBUSY", EBUSY}, {"ETXTBSY", ETXTBSY}, {"EINTR", EINTR},
    {"EDQUOT", EDQUOT}, {"EPERM", EPERM}, {"ESTALE", ESTALE},   {"EMFILE", EMFILE},
};

enum class Disturbance { none, kill, fail, shorten };

struct Request {
  bool list = false;
  Disturbance disturbance = Disturbance::none;
  bool sticky = false;
  int error_number = 0;
  std::uint64_t at = 0;
  std::vector<char*> argv;
};

[[noreturn]] void refuse(std::string_view why) {
  std::cerr
      << "kill_at: " << why
      << "\nusage: kill_at --count|--list|--at N [--fail ERRNO|--short]|--from N --fail ERRNO "
         "-- COMMAND…\n";
  std::exit(2);
}

std::uint64_t read_point(const char* text) {
  const std::uint64_t point = std::strtoull(text, nullptr, 10);
  if (point == 0) {
    refuse("a point is a number from 1");
  }
  return point;
}

int read_error(std::string_view name) {
  const auto* const row = std::find_if(std::begin(kErrors), std::end(kErrors),
                                       [&](const auto& each) { return each.first == name; });
  if (row == std::end(kErrors)) {
    refuse("this error is not known");
  }
  return row->second;
}

Request read_arguments(int count, char** arguments) {
  Request request;
  int index = 1;
  for (; index < count && std::string_view(arguments[index]) != "--"; ++index) {
    const std::string_view word = arguments[index];
    const bool has_value = index + 1 < count;
    if ((word == "--at" || word == "--from") && has_value) {
      request.at = read_point(arguments[++index]);
      request.sticky = word == "--from";
      if (request.disturbance == Disturbance::none) {
        request.disturbance = Disturbance::kill;
      }
    } else if (word == "--fail" && has_value) {
      request.error_number = read_error(arguments[++index]);
      request.disturbance = Disturbance::fail;
    } else if (word == "--short") {
      request.disturbance = Disturbance::shorten;
    } else if (word == "--list") {
      request.list = true;
    } else if (word != "--count") {
      refuse("an unknown option");
    }
  }
  request.argv.assign(arguments + std::min(index + 1, count), arguments + count);
  if (request.argv.empty()) {
    refuse("no command");
  }
  return request;
}

bool is_point(const Request& request, std::uint64_t call, std::string_view name) {
  if (request.disturbance == Disturbance::none || request.at == 0) {
    return false;
  }
  // A full disk does not keep anybody from making room.
  const bool makes_room = request.sticky && (name.starts_with("unlink") || name == "rmdir");
  return (request.sticky ? call >= request.at : call == request.at) && !makes_room;
}

[[noreturn]] void kill_all(const std::set<pid_t>& processes) {
  for (const pid_t victim : processes) {
    kill(victim, SIGKILL);
  }
  // One that was born this moment shows up stopped, and was not among them.
  int status = 0;
  for (pid_t left = 0; (left = waitpid(-1, &status, __WALL)) > 0;) {
    if (WIFSTOPPED(status)) {
      kill(left, SIGKILL);
    }
  }
  std::exit(137);
}

void disturb(const Request& request, pid_t process, const std::set<pid_t>& processes) {
  switch (request.disturbance) {
    case Disturbance::none:
      break;
    case Disturbance::kill:
      kill_all(processes);
    case Disturbance::fail:
      if (!fail_call(process, request.error_number)) {
        fail("make a call fail");
      }
      break;
    case Disturbance::shorten:
      shorten_write(process);
      break;
  }
}

constexpr long kTraceOptions = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                               PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;

// Follows the child and all that come from it. Gives the exit status of the whole and how many
// calls there were.
std::pair<int, std::uint64_t> follow(pid_t child, const Request& request) {
  std::set<pid_t> processes{child};
  std::uint64_t calls = 0;
  int exit_status = 2;
  for (;;) {
    int status = 0;
    const pid_t process = waitpid(-1, &status, __WALL);
    if (process < 0) {
      return {exit_status, calls};
    }
    processes.insert(process);
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      processes.erase(process);
      if (process == child) {
        exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      }
      continue;
    }
    int signal = WSTOPSIG(status);
    const int event = status >> 16;
    if (event == PTRACE_EVENT_SECCOMP) {
      if (const auto name = state_changing_call(process)) {
        ++calls;
        if (request.list) {
          std::cerr << calls << ' ' << *name << '\n';
        }
        if (is_point(request, calls, *name)) {
          disturb(request, process, processes);
        }
      }
    }
    // The stop that a new process starts with, and events, are not the program's signals.
    if (event != 0 || signal == SIGTRAP || signal == SIGSTOP) {
      signal = 0;
    }
    ptrace(PTRACE_CONT, process, nullptr, signal);
  }
}

}  // namespace

int main(int count, char** arguments) {
  const Request request = read_arguments(count, arguments);
  const pid_t child = fork();
  if (child == 0) {
    run_child(request.argv, request.at == 0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
    fail("start the command");
  }
  if (ptrace(PTRACE_SETOPTIONS, child, nullptr, kTraceOptions) != 0) {
    fail("trace the command");
  }
  ptrace(PTRACE_CONT, child, nullptr, 0);
  const auto [exit_status, calls] = follow(child, request);
  if (request.at == 0) {
    std::cout << calls << '\n';
  }
  return exit_status;
}
