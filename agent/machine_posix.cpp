#include "agent/machine.hpp"
#include "base/error.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace agent {
namespace {

// Enough for the ELF header, the program headers and the interpreter's name, which linkers put
// right behind them.
constexpr std::size_t kShellHeaderBytes = 4096;

std::optional<std::string> first_bytes(const char* path) {
  const base::FileDescriptor file(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return std::nullopt;
  std::string bytes(kShellHeaderBytes, '\0');
  const ssize_t count = pread(file.number(), bytes.data(), bytes.size(), 0);
  if (count < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

std::string libc_version() {
#ifdef _CS_GNU_LIBC_VERSION
  std::array<char, 64> text{};
  const std::size_t length = confstr(_CS_GNU_LIBC_VERSION, text.data(), text.size());
  if (length > 1 && length <= text.size()) return {text.data(), length - 1};
#endif
  return "";
}

}  // namespace

MachineFacts read_machine_facts() {
  utsname name{};
  if (uname(&name) != 0) throw base::system_error("uname", errno);
  return {.system = static_cast<const char*>(name.sysname),
          .hardware = static_cast<const char*>(name.machine),
          .libc = libc_version(),
          .shell_header = first_bytes("/bin/sh")};
}

}  // namespace agent
