#include "manifest-schema/platform.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using schema::Architecture;
using schema::Libc;
using schema::Machine;
using schema::OperatingSystem;
using schema::Platform;

namespace {

std::string names_for(const Machine& machine) {
  std::vector<std::string> names;
  for (const Platform& platform : schema::platforms_for(machine)) {
    names.emplace_back(platform.name());
  }
  return base::join(names, " ");
}

}  // namespace

TEST_SUITE("manifest-schema/platform") {
  TEST_CASE("the table has distinct rows, and each is found by its name") {
    std::set<std::string_view> names;
    CHECK(Platform::table().size() >= 20);
    for (const schema::PlatformRow& row : Platform::table()) {
      CAPTURE(row.name);
      CHECK(names.insert(row.name).second);
      REQUIRE(Platform::find(row.name));
      CHECK(Platform::find(row.name)->name() == row.name);
      CHECK(row.name.ends_with("-musl") == (row.libc == Libc::musl));
      CHECK((row.libc == Libc::none) == (row.os != OperatingSystem::linux));
    }
  }

  TEST_CASE("a platform's name is made of the words for its parts") {
    for (const schema::PlatformRow& row : Platform::table()) {
      CAPTURE(row.name);
      const std::string words =
          base::cat(schema::system_name(row.os), "-", schema::architecture_name(row.arch),
                    row.libc == Libc::musl ? base::cat("-", schema::libc_name(row.libc)) : "");
      const auto found = Platform::find(words);  // which takes arm64 for aarch64
      REQUIRE(found);
      CHECK(found->name() == row.name);
    }
    CHECK(schema::libc_name(Libc::glibc) == "glibc");
    CHECK(schema::libc_name(Libc::none) == "none");
  }

  TEST_CASE("arm64 and aarch64 are one") {
    CHECK(Platform::find("linux-arm64") == Platform::find("linux-aarch64"));
    CHECK(Platform::find("linux-arm64-musl")->name() == "linux-aarch64-musl");
    CHECK(Platform::find("darwin-aarch64")->name() == "darwin-arm64");
    CHECK(Platform::find("windows-aarch64")->name() == "windows-arm64");
    CHECK(Platform::find("freebsd-arm64")->name() == "freebsd-aarch64");
    for (const char* name : {"", "linux", "linux-amd64", "Linux-x86_64", "linux-x86_64-gnu",
                             "linux-x86_64-musl-musl", "plan9-x86_64", "linux-x86_64 "}) {
      CAPTURE(name);
      CHECK_FALSE(Platform::find(name));
    }
  }

  TEST_CASE("a machine gets the platforms that it runs, best first") {
    using Os = OperatingSystem;
    using Arch = Architecture;
    struct Row {
      Machine machine;
      std::string names;
    };
    for (const Row& row : {
             Row{{.os = Os::linux, .arch = Arch::x86_64, .libc = Libc::glibc},
                 "linux-x86_64 linux-x86_64-musl"},
             Row{{.os = Os::linux, .arch = Arch::x86_64, .libc = Libc::musl},
                 "linux-x86_64-musl linux-x86_64"},
             Row{{.os = Os::linux, .arch = Arch::x86_64, .libc = Libc::none},
                 "linux-x86_64-musl linux-x86_64"},
             Row{{.os = Os::linux, .arch = Arch::arm64, .libc = Libc::glibc},
                 "linux-aarch64 linux-aarch64-musl"},
             Row{{.os = Os::linux, .arch = Arch::armv7, .libc = Libc::glibc},
                 "linux-armv7 linux-armv7-musl linux-armv6 linux-armv6-musl"},
             Row{{.os = Os::linux, .arch = Arch::i686, .libc = Libc::glibc},
                 "linux-i686 linux-i686-musl"},
             Row{{.os = Os::linux, .arch = Arch::riscv64, .libc = Libc::musl},
                 "linux-riscv64-musl linux-riscv64"},
             Row{{.os = Os::darwin, .arch = Arch::arm64},
                 "darwin-arm64 darwin-universal darwin-x86_64"},
             Row{{.os = Os::darwin, .arch = Arch::x86_64}, "darwin-x86_64 darwin-universal"},
             Row{{.os = Os::windows, .arch = Arch::x86_64}, "windows-x86_64 windows-i686"},
             Row{{.os = Os::windows, .arch = Arch::arm64, .windows = "10.0.22631"},
                 "windows-arm64 windows-x86_64 windows-i686"},
             Row{{.os = Os::windows, .arch = Arch::arm64, .windows = "10.0.19045"},
                 "windows-arm64 windows-i686"},
             Row{{.os = Os::windows, .arch = Arch::i686}, "windows-i686"},
             Row{{.os = Os::freebsd, .arch = Arch::arm64}, "freebsd-aarch64"},
             Row{{.os = Os::freebsd, .arch = Arch::s390x}, ""},
         }) {
      CAPTURE(row.names);
      CHECK(names_for(row.machine) == row.names);
    }
  }

  TEST_CASE("every platform is the first choice of a machine of its kind") {
    for (const schema::PlatformRow& row : Platform::table()) {
      CAPTURE(row.name);
      if (row.arch == Architecture::universal) continue;
      const auto platforms =
          schema::platforms_for({.os = row.os, .arch = row.arch, .libc = row.libc});
      REQUIRE(!platforms.empty());
      CHECK(platforms.front().name() == row.name);
    }
  }

  TEST_CASE("archives and programs are named as the system expects") {
    CHECK(Platform::find("windows-arm64")->archive_suffix() == ".zip");
    CHECK(Platform::find("windows-arm64")->executable_suffix() == ".exe");
    CHECK(Platform::find("linux-s390x")->archive_suffix() == ".tar.gz");
    CHECK(Platform::find("darwin-universal")->executable_suffix().empty());
  }

  TEST_CASE("floors are compared number by number") {
    struct Row {
      std::string required;
      std::string offered;
      bool met;
    };
    for (const Row& row : {
             Row{"", "", true},
             Row{"", "2.36", true},
             Row{"2.28", "2.36", true},
             Row{"2.36", "2.36", true},
             Row{"2.37", "2.36", false},
             Row{"2.4", "2.36", true},
             Row{"2.36", "2.4", false},
             Row{"11", "11.0", true},
             Row{"11.0.0", "11", true},
             Row{"11.0.1", "11", false},
             Row{"10.0.17763", "10.0.9600", false},
             Row{"2.28", "", false},
             Row{"2.28", "unknown", false},
             Row{"x", "2.28", false},
             Row{"2.", "2.28", false},
             Row{"99999999999999999999.1", "2", false},
         }) {
      CAPTURE(row.required);
      CAPTURE(row.offered);
      CHECK(schema::floor_is_met(row.required, row.offered) == row.met);
    }
  }
}
