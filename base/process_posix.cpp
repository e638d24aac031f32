#include "base/child_process.hpp"
#include "base/error.hpp"
#include "base/exec_pointers.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace base {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";
constexpr int kMaxBusyAttempts = 5;
constexpr std::chrono::milliseconds kBusyPause{100};
// How often to ask for the child's end where the system cannot tell it by a descriptor.
constexpr int kPollMilliseconds = 20;

// Writing to a child that no longer reads must be an error of write(), not our end.
class PipeSignalBlocked {
 public:
  PipeSignalBlocked() {
    sigemptyset(&m_pipe_signal);
    sigaddset(&m_pipe_signal, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    m_was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &m_pipe_signal, &m_before);
  }
  PipeSignalBlocked(const PipeSignalBlocked&) = delete;
  PipeSignalBlocked& operator=(const PipeSignalBlocked&) = delete;
  ~PipeSignalBlocked() {
    sigset_t pending;
    sigpending(&pending);
    if (!m_was_pending && sigismember(&pending, SIGPIPE) == 1) {
      int taken = 0;
      sigwait(&m_pipe_signal, &taken);
    }
    pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
  }

 private:
  sigset_t m_pipe_signal{};
  sigset_t m_before{};
  bool m_was_pending = false;
};

// Reads what is there; closes the stream at its end. More than `max_output` is dropped. A program
// that writes without end must not keep us from looking at the clock, hence the bound; it is above
// what a pipe holds, so that nothing is lost after the program's end.
// Gives whether there was more than that.
bool drain(FileDescriptor& stream, std::string& kept, std::size_t max_output) {
  std::array<char, 16384> buffer{};
  constexpr int kMaxReads = 128;
  bool dropped = false;
  for (int reads = 0; stream.is_open() && reads < kMaxReads; ++reads) {
    const ssize_t count = read(stream.number(), buffer.data(), buffer.size());
    if (count > 0) {
      const std::size_t room = max_output - std::min(kept.size(), max_output);
      kept.append(buffer.data(), std::min(static_cast<std::size_t>(count), room));
      dropped = dropped || static_cast<std::size_t>(count) > room;
    } else if (count == 0) {
      stream = FileDescriptor();
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return dropped;
    } else if (errno != EINTR) {
      throw system_error("read a program's output", errno);
    }
  }
  return dropped;
}

// Writes what the pipe takes; closes it when all is written or nobody reads.
void feed(FileDescriptor& stream, std::string_view& rest) {
  while (stream.is_open()) {
    if (rest.empty()) {
      stream = FileDescriptor();
      return;
    }
    const ssize_t count = write(stream.number(), rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno == EPIPE) {
      stream = FileDescriptor();
    } else if (errno != EINTR) {
      throw system_error("write a program's input", errno);
    }
  }
}

// Has it ended? It stays to be reaped.
bool has_ended(pid_t pid) {
  siginfo_t ended{};
  while (waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) != 0) {
    if (errno != EINTR) {
      throw system_error("waitid", errno);
    }
  }
  return ended.si_pid == pid;
}

void reap(pid_t pid, int& status) {
  while (waitpid(pid, &status, 0) != pid) {
    if (errno != EINTR) {
      throw system_error("waitpid", errno);
    }
  }
}

int poll_timeout(const std::optional<Clock::time_point>& deadline, bool must_ask) {
  if (!deadline) {
    return must_ask ? kPollMilliseconds : -1;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
  const auto bounded = std::clamp<decltype(left)>(left, 0, 60'000);
  return must_ask ? std::min(static_cast<int>(bounded), kPollMilliseconds)
                  : static_cast<int>(bounded);
}

// Waits for the end of the program itself: what it left in the background may hold the pipes open
// for ever.
ProcessResult attend(Child child, const ProcessOptions& options) {
  ProcessResult result;
  const PipeSignalBlocked blocked;
  std::optional<Clock::time_point> deadline;
  if (options.timeout.count() > 0) {
    deadline = Clock::now() + options.timeout;
  }
  std::string_view rest = options.input;
  int status = 0;
  for (bool ended = false; !ended;) {
    std::array<pollfd, 4> events{{{child.ended.number(), POLLIN, 0},
                                  {child.output.number(), POLLIN, 0},
                                  {child.errors.number(), POLLIN, 0},
                                  {child.input.number(), POLLOUT, 0}}};
    if (poll(events.data(), events.size(), poll_timeout(deadline, !child.ended.is_open())) < 0 &&
        errno != EINTR) {
      throw system_error("poll", errno);
    }
    ended = has_ended(child.pid);
    result.timed_out = !ended && deadline && Clock::now() >= *deadline;
    const bool is_ended_by_us = result.timed_out || result.wrote_too_much;
    if (is_ended_by_us) {
      kill(child.pid, SIGKILL);
    }
    // Before it is reaped: until then its number names no other group.
    if (is_ended_by_us || (ended && options.background == Background::killed)) {
      kill(-child.pid, SIGKILL);
    }
    if (ended || is_ended_by_us) {
      ended = true;
      reap(child.pid, status);
    }
    feed(child.input, rest);
    const bool is_too_much = drain(child.output, result.output, options.max_output);
    result.wrote_too_much =
        result.wrote_too_much || (is_too_much && options.excess == Excess::ends_it);
    drain(child.errors, result.errors, options.max_output);
  }
  if (WIFSIGNALED(status)) {
    result.signal = WTERMSIG(status);
    result.exit_status = 128 + WTERMSIG(status);
  } else {
    result.exit_status = WEXITSTATUS(status);
  }
  return result;
}

std::vector<std::string> environment_of_process() {
  std::vector<std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    out.emplace_back(*entry);
  }
  return out;
}

std::string resolve_program(const std::string& name, const std::vector<std::string>& environment) {
  if (name.find('/') != std::string::npos) {
    return name;
  }
  std::string_view path = kDefaultPath;
  for (const std::string_view entry : environment) {
    if (entry.starts_with("PATH=")) {
      path = entry.substr(5);
      break;
    }
  }
  const std::optional<Path> found = find_program(name, path);
  if (!found) {
    throw Error(Errc::not_found, cat(name, ": no such program in PATH; install it"));
  }
  return found->native();
}

[[noreturn]] void throw_exec_error(const std::string& program, const ProcessOptions& options,
                                   int error_number) {
  struct stat status {};
  if (options.directory && stat(options.directory->c_str(), &status) != 0) {
    throw system_error(cat("run ", program, " in ", options.directory->native()), errno);
  }
  if (error_number == ENOEXEC || error_number == EINVAL) {
    throw Error(Errc::config, cat("run ", program, ": not a program for this machine"));
  }
  if (error_number == ENOENT && stat(program.c_str(), &status) == 0) {
    throw Error(Errc::not_found, cat("run ", program, ": its interpreter or loader is missing"));
  }
  throw system_error(cat("run ", program), error_number);
}

}  // namespace

std::vector<char*> exec_pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    out.push_back(text.data());
  }
  out.push_back(nullptr);
  return out;
}

ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options) {
  if (argv.empty() || argv.front().empty()) {
    throw Error(Errc::config, "an empty command");
  }
  std::vector<std::string> arguments = argv;
  std::vector<std::string> environment =
      options.environment ? *options.environment : environment_of_process();
  Launch launch;
  launch.program = resolve_program(argv.front(), environment);
  launch.argv = exec_pointers(arguments);
  launch.environment = exec_pointers(environment);
  launch.directory = options.directory ? options.directory->c_str() : nullptr;
  launch.own_group = options.timeout.count() > 0;

  for (int attempt = 1;; ++attempt) {
    std::variant<Child, int> started = start_child(launch, options);
    if (Child* const child = std::get_if<Child>(&started)) {
      return attend(std::move(*child), options);
    }
    const int error_number = std::get<int>(started);
    // A program that was just written: a process that another thread forked meanwhile still holds
    // it open for writing, until its own exec.
    if (error_number != ETXTBSY || attempt == kMaxBusyAttempts) {
      throw_exec_error(launch.program, options, error_number);
    }
    std::this_thread::sleep_for(kBusyPause);
  }
}

}  // namespace base
