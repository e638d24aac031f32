#include "tests/fault/traced_calls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include <elf.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
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

// Registers by the names that differ from processor to processor.
struct Registers {
  user_regs_struct all{};
#if defined(__x86_64__)
  auto& result() { return all.rax; }
  auto& third_argument() { return all.rdx; }
#elif defined(__aarch64__)
  auto& result() { return all.regs[0]; }
  auto& third_argument() { return all.regs[2]; }
#endif
};

bool read_registers(pid_t process, Registers& registers) {
  iovec view{&registers.all, sizeof registers.all};
  return ptrace(PTRACE_GETREGSET, process, NT_PRSTATUS, &view) == 0;
}

bool write_registers(pid_t process, Registers& registers) {
  iovec view{&registers.all, sizeof registers.all};
  return ptrace(PTRACE_SETREGSET, process, NT_PRSTATUS, &view) == 0;
}

// No call has the number -1, so that the kernel makes none.
bool skip_call(pid_t process, Registers& registers) {
#if defined(__x86_64__)
  static_cast<void>(process);
  registers.all.orig_rax = ~0ULL;
  return true;
#elif defined(__aarch64__)
  int none = -1;
  iovec view{&none, sizeof none};
  static_cast<void>(registers);
  return ptrace(PTRACE_SETREGSET, process, NT_ARM_SYSTEM_CALL, &view) == 0;
#endif
}

}  // namespace

bool install_filter() {
  std::vector<sock_filter> program;
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  for (const auto& call : kTracedCalls) {
    program.push_back(
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call.number), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

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

bool fail_call(pid_t process, int error_number) {
  Registers registers;
  if (!read_registers(process, registers) || !skip_call(process, registers)) {
    return false;
  }
  registers.result() = static_cast<std::uint64_t>(-static_cast<std::int64_t>(error_number));
  return write_registers(process, registers);
}

bool shorten_write(pid_t process) {
  const auto name = state_changing_call(process);
  Registers registers;
  if ((name != "write" && name != "pwrite64") || !read_registers(process, registers) ||
      registers.third_argument() < 2) {
    return false;
  }
  registers.third_argument() /= 2;
  return write_registers(process, registers);
}
