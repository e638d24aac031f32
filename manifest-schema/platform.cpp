#include "manifest-schema/platform.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace schema {
namespace {

using Arch = Architecture;
using Os = OperatingSystem;

// name, os, arch, libc, goos, goarch, rust_target, uname_s, uname_m, homebrew, scoop, winget, deb,
// rpm. A musl archive of a package format has the architecture name of its glibc twin.
constexpr std::array<PlatformRow, 26> kTable{{
    {"darwin-arm64", Os::darwin, Arch::arm64, Libc::none, "darwin", "arm64", "aarch64-apple-darwin",
     "Darwin", "arm64", "on_arm", "", "", "", ""},
    {"darwin-x86_64", Os::darwin, Arch::x86_64, Libc::none, "darwin", "amd64",
     "x86_64-apple-darwin", "Darwin", "x86_64", "on_intel", "", "", "", ""},
    {"darwin-universal", Os::darwin, Arch::universal, Libc::none, "darwin", "", "", "Darwin", "",
     "", "", "", "", ""},
    {"linux-x86_64", Os::linux, Arch::x86_64, Libc::glibc, "linux", "amd64",
     "x86_64-unknown-linux-gnu", "Linux", "x86_64", "on_intel", "", "", "amd64", "x86_64"},
    {"linux-x86_64-musl", Os::linux, Arch::x86_64, Libc::musl, "linux", "amd64",
     "x86_64-unknown-linux-musl", "Linux", "x86_64", "on_intel", "", "", "amd64", "x86_64"},
    {"linux-aarch64", Os::linux, Arch::arm64, Libc::glibc, "linux", "arm64",
     "aarch64-unknown-linux-gnu", "Linux", "aarch64", "on_arm", "", "", "arm64", "aarch64"},
    {"linux-aarch64-musl", Os::linux, Arch::arm64, Libc::musl, "linux", "arm64",
     "aarch64-unknown-linux-musl", "Linux", "aarch64", "on_arm", "", "", "arm64", "aarch64"},
    {"linux-armv7", Os::linux, Arch::armv7, Libc::glibc, "linux", "arm",
     "armv7-unknown-linux-gnueabihf", "Linux", "armv7l", "", "", "", "armhf", "armv7hl"},
    {"linux-armv7-musl", Os::linux, Arch::armv7, Libc::musl, "linux", "arm",
     "armv7-unknown-linux-musleabihf", "Linux", "armv7l", "", "", "", "armhf", "armv7hl"},
    {"linux-armv6", Os::linux, Arch::armv6, Libc::glibc, "linux", "arm",
     "arm-unknown-linux-gnueabihf", "Linux", "armv6l", "", "", "", "armhf", "armv6hl"},
    {"linux-armv6-musl", Os::linux, Arch::armv6, Libc::musl, "linux", "arm",
     "arm-unknown-linux-musleabihf", "Linux", "armv6l", "", "", "", "armhf", "armv6hl"},
    {"linux-i686", Os::linux, Arch::i686, Libc::glibc, "linux", "386", "i686-unknown-linux-gnu",
     "Linux", "i686", "", "", "", "i386", "i686"},
    {"linux-i686-musl", Os::linux, Arch::i686, Libc::musl, "linux", "386",
     "i686-unknown-linux-musl", "Linux", "i686", "", "", "", "i386", "i686"},
    {"linux-riscv64", Os::linux, Arch::riscv64, Libc::glibc, "linux", "riscv64",
     "riscv64gc-unknown-linux-gnu", "Linux", "riscv64", "", "", "", "riscv64", "riscv64"},
    {"linux-riscv64-musl", Os::linux, Arch::riscv64, Libc::musl, "linux", "riscv64",
     "riscv64gc-unknown-linux-musl", "Linux", "riscv64", "", "", "", "riscv64", "riscv64"},
    {"linux-ppc64le", Os::linux, Arch::ppc64le, Libc::glibc, "linux", "ppc64le",
     "powerpc64le-unknown-linux-gnu", "Linux", "ppc64le", "", "", "", "ppc64el", "ppc64le"},
    {"linux-ppc64le-musl", Os::linux, Arch::ppc64le, Libc::musl, "linux", "ppc64le",
     "powerpc64le-unknown-linux-musl", "Linux", "ppc64le", "", "", "", "ppc64el", "ppc64le"},
    {"linux-s390x", Os::linux, Arch::s390x, Libc::glibc, "linux", "s390x",
     "s390x-unknown-linux-gnu", "Linux", "s390x", "", "", "", "s390x", "s390x"},
    {"linux-s390x-musl", Os::linux, Arch::s390x, Libc::musl, "linux", "s390x",
     "s390x-unknown-linux-musl", "Linux", "s390x", "", "", "", "s390x", "s390x"},
    {"linux-loongarch64", Os::linux, Arch::loongarch64, Libc::glibc, "linux", "loong64",
     "loongarch64-unknown-linux-gnu", "Linux", "loongarch64", "", "", "", "loong64", "loongarch64"},
    {"linux-loongarch64-musl", Os::linux, Arch::loongarch64, Libc::musl, "linux", "loong64",
     "loongarch64-unknown-linux-musl", "Linux", "loongarch64", "", "", "", "loong64",
     "loongarch64"},
    {"windows-x86_64", Os::windows, Arch::x86_64, Libc::none, "windows", "amd64",
     "x86_64-pc-windows-msvc", "", "", "", "64bit", "x64", "", ""},
    {"windows-arm64", Os::windows, Arch::arm64, Libc::none, "windows", "arm64",
     "aarch64-pc-windows-msvc", "", "", "", "arm64", "arm64", "", ""},
    {"windows-i686", Os::windows, Arch::i686, Libc::none, "windows", "386", "i686-pc-windows-msvc",
     "", "", "", "32bit", "x86", "", ""},
    {"freebsd-x86_64", Os::freebsd, Arch::x86_64, Libc::none, "freebsd", "amd64",
     "x86_64-unknown-freebsd", "FreeBSD", "amd64", "", "", "", "", ""},
    {"freebsd-aarch64", Os::freebsd, Arch::arm64, Libc::none, "freebsd", "arm64",
     "aarch64-unknown-freebsd", "FreeBSD", "arm64", "", "", "", "", ""},
}};

// Since this build, Windows on ARM runs x86_64 programs; i686 ones it has always run.
constexpr std::string_view kWindowsThatEmulatesX8664 = "10.0.22000";

// Both names of the 64-bit ARM as one.
std::string with_one_arm(std::string_view name) {
  return base::replace_all(name, "aarch64", "arm64");
}

void append_row(std::vector<Platform>& out, Os os, Arch arch, Libc libc) {
  const auto row = std::find_if(kTable.begin(), kTable.end(), [&](const PlatformRow& candidate) {
    return candidate.os == os && candidate.arch == arch && candidate.libc == libc;
  });
  if (row != kTable.end()) out.emplace_back(*row);
}

// What a machine of this kind runs natively, then what it runs by emulation.
std::vector<Arch> architectures_of(const Machine& machine) {
  std::vector<Arch> out{machine.arch};
  switch (machine.os) {
    case Os::darwin:
      out.push_back(Arch::universal);
      if (machine.arch == Arch::arm64) out.push_back(Arch::x86_64);
      break;
    case Os::windows:
      if (machine.arch == Arch::arm64 &&
          (machine.windows.empty() || floor_is_met(kWindowsThatEmulatesX8664, machine.windows))) {
        out.push_back(Arch::x86_64);
      }
      if (machine.arch != Arch::i686) out.push_back(Arch::i686);
      break;
    case Os::linux:
      if (machine.arch == Arch::armv7) out.push_back(Arch::armv6);
      break;
    case Os::freebsd:
      break;
  }
  return out;
}

std::optional<std::vector<std::uint64_t>> parse_floor(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  for (const std::string_view part : base::split(text, '.')) {
    const auto number = base::parse_decimal(part);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace

std::string_view system_name(OperatingSystem os) {
  switch (os) {
    case OperatingSystem::darwin:
      return "darwin";
    case OperatingSystem::linux:
      return "linux";
    case OperatingSystem::freebsd:
      return "freebsd";
    case OperatingSystem::windows:
      return "windows";
  }
  return {};
}

std::string_view architecture_name(Architecture arch) {
  switch (arch) {
    case Architecture::x86_64:
      return "x86_64";
    case Architecture::arm64:
      return "arm64";
    case Architecture::armv7:
      return "armv7";
    case Architecture::armv6:
      return "armv6";
    case Architecture::i686:
      return "i686";
    case Architecture::riscv64:
      return "riscv64";
    case Architecture::ppc64le:
      return "ppc64le";
    case Architecture::s390x:
      return "s390x";
    case Architecture::loongarch64:
      return "loongarch64";
    case Architecture::universal:
      return "universal";
  }
  return {};
}

std::string_view libc_name(Libc libc) {
  switch (libc) {
    case Libc::none:
      return "none";
    case Libc::glibc:
      return "glibc";
    case Libc::musl:
      return "musl";
  }
  return {};
}

std::span<const PlatformRow> Platform::table() { return kTable; }

std::optional<Platform> Platform::find(std::string_view name) {
  const std::string wanted = with_one_arm(name);
  for (const PlatformRow& row : kTable) {
    if (with_one_arm(row.name) == wanted) return Platform(row);
  }
  return std::nullopt;
}

std::vector<Platform> platforms_for(const Machine& machine) {
  std::vector<Platform> out;
  for (const Arch arch : architectures_of(machine)) {
    if (machine.os != Os::linux) {
      append_row(out, machine.os, arch, Libc::none);
    } else if (machine.libc == Libc::glibc) {
      append_row(out, machine.os, arch, Libc::glibc);
      append_row(out, machine.os, arch, Libc::musl);
    } else {
      // A static program under the plain name asks for no glibc: its `requires` decides.
      append_row(out, machine.os, arch, Libc::musl);
      append_row(out, machine.os, arch, Libc::glibc);
    }
  }
  return out;
}

bool floor_is_met(std::string_view required, std::string_view offered) {
  if (required.empty()) return true;
  auto floor = parse_floor(required);
  auto offer = parse_floor(offered);
  if (!floor || !offer) return false;
  const std::size_t length = std::max(floor->size(), offer->size());
  floor->resize(length);
  offer->resize(length);
  return *floor <= *offer;
}

}  // namespace schema
