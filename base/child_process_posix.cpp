#include "base/child_process.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace base {
namespace {

struct Pipe {
  FileDescriptor read_end, write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw system_error("pipe", errno);
  }
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void set_non_blocking(const FileDescriptor& file) {
  if (fcntl(file.number(), F_SETFL, O_NONBLOCK) != 0) {
    throw system_error("fcntl", errno);
  }
}

// Nothing but the standard streams gets through exec, whatever libraries opened without O_CLOEXEC.
void close_others_on_exec() {
#ifdef SYS_close_range
  constexpr unsigned kCloseRangeCloexec = 4;
  if (syscall(SYS_close_range, 3U, ~0U, kCloseRangeCloexec) == 0) {
    return;
  }
#endif
  const long most = std::min(sysconf(_SC_OPEN_MAX), 65536L);
  for (int number = 3; number < most; ++number) {
    fcntl(number, F_SETFD, FD_CLOEXEC);
  }
}

[[noreturn]] void fail_in_child(const Launch& launch) {
  const int error_number = errno;
  // Nobody can be told if this write fails; the parent sees the exit status.
  if (write(launch.failure, &error_number, sizeof error_number) < 0) {
    _exit(126);
  }
  _exit(127);
}

[[noreturn]] void run_in_child(const Launch& launch) {
  if (launch.own_group) {
    setpgid(0, 0);
#ifdef __linux__
    // A group of its own does not hear the terminal's Ctrl-C: it must not outlive us.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != launch.parent) {
      _exit(127);
    }
#endif
  }
  for (const auto& [from, to] :
       {std::pair(launch.input, STDIN_FILENO), std::pair(launch.output, STDOUT_FILENO),
        std::pair(launch.errors, STDERR_FILENO)}) {
    if (from >= 0 && dup2(from, to) < 0) {
      fail_in_child(launch);
    }
  }
  close_others_on_exec();
  if (launch.directory != nullptr && chdir(launch.directory) != 0) {
    fail_in_child(launch);
  }
  // Ignored signals and the mask pass through exec; a program expects neither.
  static_cast<void>(signal(SIGPIPE, SIG_DFL));
  static_cast<void>(signal(SIGXFSZ, SIG_DFL));
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(launch.program.c_str(), launch.argv.data(), launch.environment.data());
  fail_in_child(launch);
}

// Where whoever started us ignores SIGCHLD, so do we, and the system keeps the ends of our children
// to itself: nobody would ever learn how a program ended.
void expect_children() {
  struct sigaction action {};
  if (sigaction(SIGCHLD, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
    static_cast<void>(signal(SIGCHLD, SIG_DFL));
  }
}

// The parent's ends must not be 0, 1 or 2 in the child, where dup2 would overwrite them.
FileDescriptor above_standard_streams(FileDescriptor file) {
  if (file.number() > STDERR_FILENO) {
    return file;
  }
  const int copy = fcntl(file.number(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (copy < 0) {
    throw system_error("dup", errno);
  }
  return FileDescriptor(copy);
}

Pipe make_pipe_above_standard_streams() {
  Pipe pipe = make_pipe();
  pipe.read_end = above_standard_streams(std::move(pipe.read_end));
  pipe.write_end = above_standard_streams(std::move(pipe.write_end));
  return pipe;
}

}  // namespace

std::variant<Child, int> start_child(Launch& launch, const ProcessOptions& options) {
  Child child;
  FileDescriptor child_input;
  Pipe output;
  Pipe errors;
  Pipe failure = make_pipe_above_standard_streams();
  if (options.input.empty()) {
    FileDescriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!nothing.is_open()) {
      // Not the program's fault, whatever the system calls it.
      throw Error(Errc::internal, system_error("open /dev/null", errno).what());
    }
    child_input = above_standard_streams(std::move(nothing));
  } else {
    Pipe input = make_pipe_above_standard_streams();
    set_non_blocking(input.write_end);
    child_input = std::move(input.read_end);
    child.input = std::move(input.write_end);
  }
  launch.input = child_input.number();
  if (options.output == ProcessOutput::captured) {
    output = make_pipe_above_standard_streams();
    errors = make_pipe_above_standard_streams();
    set_non_blocking(output.read_end);
    set_non_blocking(errors.read_end);
    launch.output = output.write_end.number();
    launch.errors = errors.write_end.number();
  }
  launch.failure = failure.write_end.number();
  launch.parent = getpid();

  expect_children();
  child.pid = fork();
  if (child.pid < 0) {
    throw system_error("fork", errno);
  }
  if (child.pid == 0) {
    run_in_child(launch);
  }
  failure.write_end = FileDescriptor();
  int error_number = 0;
  ssize_t count = 0;
  do {
    count = read(failure.read_end.number(), &error_number, sizeof error_number);
  } while (count < 0 && errno == EINTR);
  if (count == static_cast<ssize_t>(sizeof error_number)) {
    while (waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return error_number;
  }
#ifdef SYS_pidfd_open
  child.ended = FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, child.pid, 0U)));
#endif
  child.output = std::move(output.read_end);
  child.errors = std::move(errors.read_end);
  return child;
}

}  // namespace base
