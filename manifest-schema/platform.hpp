#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace schema {

enum class OperatingSystem { darwin, linux, windows, freebsd };
enum class Architecture {
  x86_64,
  arm64,
  armv7,
  armv6,
  i686,
  riscv64,
  ppc64le,
  s390x,
  loongarch64,
  universal
};
enum class Libc {
  none,
  glibc,
  musl
};  // none: the question does not arise (darwin, windows, freebsd)

// The words by which programs and installers speak of a machine: "linux", "arm64", "glibc"; "none"
// for no libc.
std::string_view system_name(OperatingSystem os);
std::string_view architecture_name(Architecture arch);
std::string_view libc_name(Libc libc);

// One row of the table: a platform and its other names. Empty where a world has no name for it.
struct PlatformRow {
  std::string_view name;  // "linux-x86_64-musl"
  OperatingSystem os;
  Architecture arch;
  Libc libc;
  std::string_view goos, goarch, rust_target, uname_s, uname_m, homebrew, scoop, winget, deb, rpm;
};

// A platform of the table ("os-arch[-libc]"). "arm64" and "aarch64" are read as one.
class Platform {
 public:
  // Nothing where there is no such row.
  static std::optional<Platform> find(std::string_view name);
  static std::span<const PlatformRow> table();
  explicit Platform(const PlatformRow& row) : m_row(&row) {}

  [[nodiscard]] const PlatformRow& row() const { return *m_row; }
  [[nodiscard]] std::string_view name() const { return m_row->name; }
  [[nodiscard]] bool is_windows() const { return m_row->os == OperatingSystem::windows; }
  [[nodiscard]] std::string_view executable_suffix() const { return is_windows() ? ".exe" : ""; }
  [[nodiscard]] std::string_view archive_suffix() const {
    return is_windows() ? ".zip" : ".tar.gz";
  }

  bool operator==(const Platform& other) const { return name() == other.name(); }
  auto operator<=>(const Platform& other) const { return name() <=> other.name(); }

 private:
  const PlatformRow* m_row;
};

// What a machine is: its own platform and the floors that it offers.
struct Machine {
  OperatingSystem os;
  Architecture arch;
  Libc libc = Libc::none;
  std::string glibc;    // "2.36"; empty: none
  std::string macos;    // "14.1"
  std::string windows;  // "10.0.19045"
};

// The platforms whose archives this machine can run, best first: a glibc x86_64 machine:
// linux-x86_64, then linux-x86_64-musl.
std::vector<Platform> platforms_for(const Machine& machine);

// "2.28" <= "2.36", numbers compared one by one.
bool floor_is_met(std::string_view required, std::string_view offered);

}  // namespace schema
