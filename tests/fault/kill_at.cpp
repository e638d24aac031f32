// Runs a command and kills it, with all its children, just before its N-th state-changing system
// call.
//
//   kill_at --count -- COMMAND…     prints how many such calls an undisturbed run makes; its stdout
//   goes to stderr kill_at --list -- COMMAND…      the same, and each call's name on stderr kill_at
//   --at N -- COMMAND…      exit status 137 when it was killed, else the command's own
//
// State-changing: whatever makes, changes, renames, links or removes something in a file system,
// and the calls that make it durable; write to anything but a file (pipe, socket, terminal, device)
// does not count. A seccomp filter stops the command at these calls only, so that the rest runs at
// full speed. Linux 5.3 or newer.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
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

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct TracedCall {
  std::uint64_t number;
  std::string_view name;
};

constexpr TracedCall kTracedCalls[] = {
#ifdef SYS_open
    {SYS_open, "open"},
    {SYS_creat, "creat"},
    {SYS_rename, "rename"},
    {SYS_mkdir, "mkdir"},
    {SYS_rmdir, "rmdir"},
    {SYS_unlink, "unlink"},
    {SYS_symlink, "symlink"},
    {SYS_link, "link"},
    {SYS_chmod, "chmod"},
    {SYS_renameat, "renameat"},
    {SYS_utimes, "utimes"},
    {SYS_utime, "utime"},
    {SYS_lchown, "lchown"},
    {SYS_chown, "chown"},
    {SYS_mknod, "mknod"},
#endif
    {SYS_openat, "openat"},
    {SYS_openat2, "openat2"},
    {SYS_write, "write"},
    {SYS_pwrite64, "pwrite64"},
    {SYS_writev, "writev"},
    {SYS_pwritev, "pwritev"},
    {SYS_renameat2, "renameat2"},
    {SYS_linkat, "linkat"},
    {SYS_symlinkat, "symlinkat"},
    {SYS_unlinkat, "unlinkat"},
    {SYS_mkdirat, "mkdirat"},
    {SYS_mknodat, "mknodat"},
    {SYS_truncate, "truncate"},
    {SYS_fsync, "fsync"},
    {SYS_ftruncate, "ftruncate"},
    {SYS_fdatasync, "fdatasync"},
    {SYS_fchmod, "fchmod"},
    {SYS_fchmodat, "fchmodat"},
    {SYS_fchown, "fchown"},
    {SYS_fchownat, "fchownat"},
    {SYS_utimensat, "utimensat"},
    {SYS_fallocate, "fallocate"},
    {SYS_setxattr, "setxattr"},
    {SYS_fsetxattr, "fsetxattr"},
    {SYS_copy_file_range, "copy_file_range"},
    {SYS_sendfile, "sendfile"},
    {SYS_sync, "sync"},
    {SYS_syncfs, "syncfs"},
};

// Ends without destructors and checks of leaks: it may be the traced child.
[[noreturn]] void fail(const std::string& what) {
  std::cerr << "kill_at: " << what << ": " << std::strerror(errno) << std::endl;
  _exit(2);
}

void install_filter() {
  std::vector<sock_filter> program;
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  for (const auto& call : kTracedCalls) {
    program.push_back(
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call.number), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0) {
    fail("set the filter");
  }
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
  install_filter();
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  fail(std::string("run ") + argv[0]);
}

std::string open_file_name(const std::string& process, std::uint64_t descriptor) {
  const std::string link = "/proc/" + process + "/fd/" + std::to_string(descriptor);
  std::array<char, 4096> target{};
  const auto size = readlink(link.c_str(), target.data(), target.size());
  return {target.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

// A file of a file system, and not the log that this program's own messages go to.
bool is_file(pid_t process, std::uint64_t descriptor) {
  static const std::array<std::string, 2> kLogs{open_file_name("self", STDOUT_FILENO),
                                                open_file_name("self", STDERR_FILENO)};
  const std::string name = open_file_name(std::to_string(process), descriptor);
  return name.starts_with('/') && !name.starts_with("/dev/") && !name.starts_with("/proc/") &&
         std::find(kLogs.begin(), kLogs.end(), name) == kLogs.end();
}

// The beginning of a text in the process's memory, enough to know a device by it.
std::string peek_text(pid_t process, std::uint64_t address) {
  std::array<char, 16> text{};
  const iovec here{text.data(), text.size() - 1};
  const iovec there{reinterpret_cast<void*>(address), text.size() - 1};
  const auto size = process_vm_readv(process, &here, 1, &there, 1, 0);
  return size > 0 ? std::string(text.data()) : std::string();
}

bool opens_for_writing(pid_t process, std::uint64_t path, std::uint64_t flags) {
  if (peek_text(process, path).starts_with("/dev/")) {
    return false;
  }
  return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
}

// The name of the call that the process stands before, if it changes state.
std::optional<std::string_view> state_changing_call(pid_t process) {
  __ptrace_syscall_info info{};
  if (ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof info, &info) <= 0 ||
      info.op != PTRACE_SYSCALL_INFO_SECCOMP) {
    return std::nullopt;
  }
  const auto* const call =
      std::find_if(std::begin(kTracedCalls), std::end(kTracedCalls),
                   [&](const TracedCall& traced) { return traced.number == info.seccomp.nr; });
  if (call == std::end(kTracedCalls)) {
    return std::nullopt;
  }
  const auto& arguments = info.seccomp.args;
  bool changes = true;
  if (call->name == "openat") {
    changes = opens_for_writing(process, arguments[1], arguments[2]);
  } else if (call->name == "open") {
    changes = opens_for_writing(process, arguments[0], arguments[1]);
  } else if (call->name == "openat2") {
    errno = 0;
    const long flags = ptrace(PTRACE_PEEKDATA, process, arguments[2], nullptr);
    changes =
        errno != 0 || opens_for_writing(process, arguments[1], static_cast<std::uint64_t>(flags));
  } else if (call->name.find("write") != std::string_view::npos || call->name == "sendfile") {
    changes = is_file(process, arguments[0]);
  }
  return changes ? std::optional(call->name) : std::nullopt;
}

struct Request {
  bool list = false;
  std::uint64_t kill_at = 0;  // 0: only count
  std::vector<char*> argv;
};

Request read_arguments(int count, char** arguments) {
  Request request;
  int index = 1;
  for (; index < count && std::string_view(arguments[index]) != "--"; ++index) {
    const std::string_view word = arguments[index];
    if (word == "--at" && index + 1 < count) {
      request.kill_at = std::strtoull(arguments[++index], nullptr, 10);
      if (request.kill_at == 0) {
        std::cerr << "kill_at: --at takes a number from 1\n";
        std::exit(2);
      }
    } else if (word == "--list") {
      request.list = true;
    } else if (word != "--count") {
      std::cerr << "usage: kill_at --count|--list|--at N -- COMMAND…\n";
      std::exit(2);
    }
  }
  request.argv.assign(arguments + std::min(index + 1, count), arguments + count);
  if (request.argv.empty()) {
    std::cerr << "kill_at: no command\n";
    std::exit(2);
  }
  return request;
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
        if (calls == request.kill_at) {
          for (const pid_t victim : processes) {
            kill(victim, SIGKILL);
          }
          // One that was born this moment shows up stopped, and was not among them.
          for (pid_t left = 0; (left = waitpid(-1, &status, __WALL)) > 0;) {
            if (WIFSTOPPED(status)) {
              kill(left, SIGKILL);
            }
          }
          return {137, calls};
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
    run_child(request.argv, request.kill_at == 0);
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
  if (request.kill_at == 0) {
    std::cout << calls << '\n';
  }
  return exit_status;
}
