#pragma once

#include "base/file.hpp"
#include "manifest-schema/platform.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agent {

// What is asked of the system to tell which machine this is; texts as the system gives them.
struct MachineFacts {
  std::string system;    // uname -s: "Linux"
  std::string hardware;  // uname -m: "x86_64"; of the kernel, not of the programs
  std::string libc;      // confstr(_CS_GNU_LIBC_VERSION): "glibc 2.36", or empty
  std::optional<std::string> shell_header;  // first bytes of /bin/sh
};

// The machine as its programs see it. A 64-bit kernel under 32-bit programs is a 32-bit machine,
// because the ELF class of /bin/sh says so; the interpreter that /bin/sh names tells glibc from
// musl, also where this program itself is static. Throws Errc::not_found "no platform for …" where
// there is no such system or processor in the platform table.
schema::Machine machine_of(const MachineFacts& facts);

// Asks the system, anew each time: a machine may have been upgraded since.
MachineFacts read_machine_facts();
schema::Machine this_machine();

// "linux-x86_64 (glibc 2.36)".
std::string describe(const schema::Machine& machine);

}  // namespace agent
