#include "agent/machine.hpp"

#include "base/text.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace {

void put(std::string& bytes, std::size_t offset, std::size_t width, std::size_t value) {
  for (std::size_t i = 0; i < width; ++i) {
    bytes.at(offset + i) = static_cast<char>(value >> (8 * i) & 0xff);
  }
}

// The beginning of an ELF program with one PT_LOAD and one PT_INTERP segment.
std::string elf(bool wide, std::string_view interpreter) {
  std::string bytes(512, '\0');
  bytes.replace(0, 4,
                "\x7f"
                "ELF");
  bytes[4] = wide ? 2 : 1;
  bytes[5] = 1;
  const std::size_t header = wide ? 64 : 52;
  const std::size_t entry = wide ? 56 : 32;
  put(bytes, wide ? 32 : 28, wide ? 8 : 4, header);
  put(bytes, wide ? 54 : 42, 2, entry);
  put(bytes, wide ? 56 : 44, 2, interpreter.empty() ? 1 : 2);
  put(bytes, header, 4, 1);
  const std::size_t second = header + entry;
  constexpr std::size_t kText = 300;
  put(bytes, second, 4, 3);
  put(bytes, second + (wide ? 8 : 4), wide ? 8 : 4, kText);
  put(bytes, second + (wide ? 32 : 16), wide ? 8 : 4, interpreter.size() + 1);
  bytes.replace(kText, interpreter.size(), interpreter);
  return bytes;
}

const std::string glibc_shell = elf(true, "/lib64/ld-linux-x86-64.so.2");

}  // namespace

TEST_SUITE("agent/machine") {
  TEST_CASE("what the system says becomes a machine") {
    struct Row {
      std::string_view system, hardware, libc;
      std::string shell;
      std::string_view described;
    };
    const std::array<Row, 15> rows{{
        {"Linux", "x86_64", "glibc 2.36", glibc_shell, "linux-x86_64 (glibc 2.36)"},
        {"Linux", "aarch64", "glibc 2.17", elf(true, "/lib/ld-linux-aarch64.so.1"),
         "linux-aarch64 (glibc 2.17)"},
        {"Linux", "x86_64", "", elf(true, "/lib/ld-musl-x86_64.so.1"), "linux-x86_64-musl"},
        // A static program of this project on either kind of machine.
        {"Linux", "x86_64", "", glibc_shell, "linux-x86_64"},
        {"Linux", "x86_64", "", elf(true, ""), "linux-x86_64-musl"},
        // A glibc that is also installed does not make Alpine a glibc machine.
        {"Linux", "x86_64", "glibc 2.36", elf(true, "/lib/ld-musl-x86_64.so.1"),
         "linux-x86_64-musl"},
        // 32-bit programs on a 64-bit kernel.
        {"Linux", "x86_64", "glibc 2.36", elf(false, "/lib/ld-linux.so.2"),
         "linux-i686 (glibc 2.36)"},
        {"Linux", "aarch64", "glibc 2.36", elf(false, "/lib/ld-linux-armhf.so.3"),
         "linux-armv7 (glibc 2.36)"},
        {"Linux", "armv7l", "glibc 2.36", elf(false, "/lib/ld-linux-armhf.so.3"),
         "linux-armv7 (glibc 2.36)"},
        {"Linux", "armv6l", "glibc 2.31", elf(false, "/lib/ld-linux-armhf.so.3"),
         "linux-armv6 (glibc 2.31)"},
        {"Linux", "i586", "glibc 2.31", elf(false, "/lib/ld-linux.so.2"),
         "linux-i686 (glibc 2.31)"},
        {"Linux", "riscv64", "glibc 2.39", elf(true, "/lib/ld-linux-riscv64-lp64d.so.1"),
         "linux-riscv64 (glibc 2.39)"},
        {"Linux", "x86_64", "glibc 2.36", "#!/usr/bin/not-elf", "linux-x86_64 (glibc 2.36)"},
        {"Darwin", "arm64", "", "", "darwin-arm64"},
        {"FreeBSD", "amd64", "", "", "freebsd-x86_64"},
    }};
    for (const Row& row : rows) {
      CAPTURE(row.described);
      const auto machine = agent::machine_of(
          {std::string(row.system), std::string(row.hardware), std::string(row.libc), row.shell});
      CHECK(agent::describe(machine) == row.described);
    }
  }

  TEST_CASE("a system that no platform serves is named, without its control characters") {
    test::check_error(base::Errc::not_found, "no platform for Plan9 on vax", [] {
      return agent::machine_of(
          {"Plan\x1b"
           "9",
           "vax", "", std::nullopt});
    });
  }

  TEST_CASE("a shell that is cut off anywhere changes nothing but what it would have said") {
    for (std::size_t length = 0; length <= glibc_shell.size(); ++length) {
      const auto machine =
          agent::machine_of({"Linux", "x86_64", "glibc 2.36", glibc_shell.substr(0, length)});
      CHECK(agent::describe(machine) == "linux-x86_64 (glibc 2.36)");
    }
    std::string far = glibc_shell;
    put(far, 32, 8, ~std::size_t{0} - 3);  // a table that would lie at the end of the world
    put(far, 56, 2, 0xffff);
    CHECK(agent::describe(agent::machine_of({"Linux", "x86_64", "", far})) == "linux-x86_64-musl");
  }

  TEST_CASE("this machine is one of the table") {
    const auto machine = agent::this_machine();
    CHECK(!schema::platforms_for(machine).empty());
    CHECK(machine.os == schema::OperatingSystem::linux);
  }
}
