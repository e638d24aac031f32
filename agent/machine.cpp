#include "agent/machine.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using schema::Architecture;
using schema::Libc;
using schema::OperatingSystem;

struct ElfFacts {
  bool is_64_bit = false;
  std::string interpreter;  // empty: static
};

// Little-endian numbers out of a header of which only the beginning is known.
std::optional<std::uint64_t> number_at(std::string_view bytes, std::uint64_t offset,
                                       std::size_t width) {
  if (offset > bytes.size() || bytes.size() - offset < width) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = width; i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[offset + i - 1]);
  }
  return value;
}

// Class and interpreter of an ELF program. Nothing where it is no ELF file; no interpreter where
// that lies beyond the bytes at hand or the byte order is not ours.
std::optional<ElfFacts> read_elf(std::string_view bytes) {
  if (bytes.size() < 20 || bytes.substr(0, 4) !=
                               "\x7f"
                               "ELF")
    return std::nullopt;
  ElfFacts facts;
  facts.is_64_bit = bytes[4] == 2;
  if (bytes[5] != 1) return facts;
  const bool wide = facts.is_64_bit;
  const std::size_t width = wide ? 8 : 4;
  const auto table = number_at(bytes, wide ? 32 : 28, width);
  const auto entry_size = number_at(bytes, wide ? 54 : 42, 2);
  const auto count = number_at(bytes, wide ? 56 : 44, 2);
  if (!table || !entry_size || !count) return facts;
  for (std::uint64_t i = 0; i < *count; ++i) {
    if (*table > bytes.size()) return facts;
    const std::uint64_t entry = *table + i * *entry_size;
    constexpr std::uint64_t kInterpreterSegment = 3;
    if (number_at(bytes, entry, 4) != kInterpreterSegment) continue;
    const auto offset = number_at(bytes, entry + (wide ? 8 : 4), width);
    const auto size = number_at(bytes, entry + (wide ? 32 : 16), width);
    if (!offset || !size || *offset > bytes.size() || *size > bytes.size() - *offset) return facts;
    const std::string_view text = bytes.substr(*offset, *size);
    facts.interpreter = text.substr(0, text.find('\0'));
  }
  return facts;
}

std::optional<OperatingSystem> parse_system(std::string_view uname_s) {
  for (const schema::PlatformRow& row : schema::Platform::table()) {
    if (!row.uname_s.empty() && row.uname_s == uname_s) return row.os;
  }
  return std::nullopt;
}

std::optional<Architecture> parse_hardware(std::string_view uname_m) {
  using Name = std::pair<std::string_view, Architecture>;
  constexpr std::array<Name, 10> kOtherNames{{{"amd64", Architecture::x86_64},
                                              {"arm64", Architecture::arm64},
                                              {"armv8l", Architecture::armv7},
                                              {"armv7", Architecture::armv7},
                                              {"armv6", Architecture::armv6},
                                              {"i386", Architecture::i686},
                                              {"i486", Architecture::i686},
                                              {"i586", Architecture::i686},
                                              {"x86", Architecture::i686},
                                              {"x64", Architecture::x86_64}}};
  for (const schema::PlatformRow& row : schema::Platform::table()) {
    if (!row.uname_m.empty() && row.uname_m == uname_m) return row.arch;
  }
  for (const auto& [name, architecture] : kOtherNames) {
    if (name == uname_m) return architecture;
  }
  return std::nullopt;
}

// What programs of 32 bits see on a kernel of 64.
Architecture narrowed(Architecture architecture) {
  if (architecture == Architecture::x86_64) return Architecture::i686;
  if (architecture == Architecture::arm64) return Architecture::armv7;
  return architecture;
}

bool is_musl_interpreter(std::string_view interpreter) {
  return interpreter.find("/ld-musl-") != std::string_view::npos;
}

void find_libc(const MachineFacts& facts, const std::optional<ElfFacts>& shell,
               schema::Machine& machine) {
  // "glibc 2.36"; musl's confstr knows no such name.
  constexpr std::string_view kGlibc = "glibc ";
  if (facts.libc.substr(0, kGlibc.size()) == kGlibc &&
      !(shell && is_musl_interpreter(shell->interpreter))) {
    machine.libc = Libc::glibc;
    machine.glibc = facts.libc.substr(kGlibc.size());
    return;
  }
  // A static program of musl on a machine of glibc: which one is there is known, its version not.
  const bool shell_uses_glibc =
      shell && !shell->interpreter.empty() && !is_musl_interpreter(shell->interpreter);
  machine.libc = shell_uses_glibc ? Libc::glibc : Libc::musl;
}

}  // namespace

schema::Machine machine_of(const MachineFacts& facts) {
  const auto os = parse_system(facts.system);
  const auto arch = parse_hardware(facts.hardware);
  if (!os || !arch) {
    throw Error(Errc::not_found, cat("no platform for ", base::safe_text(facts.system, 64), " on ",
                                     base::safe_text(facts.hardware, 64),
                                     "; the supported ones are in manifest-schema/README.md"));
  }
  schema::Machine machine{*os, *arch, Libc::none, "", "", ""};
  if (machine.os != OperatingSystem::linux) return machine;
  const auto shell = facts.shell_header ? read_elf(*facts.shell_header) : std::nullopt;
  if (shell && !shell->is_64_bit) machine.arch = narrowed(machine.arch);
  find_libc(facts, shell, machine);
  return machine;
}

schema::Machine this_machine() { return machine_of(read_machine_facts()); }

std::string describe(const schema::Machine& machine) {
  const auto platforms = schema::platforms_for(machine);
  std::string text(platforms.empty() ? std::string_view("unknown") : platforms.front().name());
  if (!machine.glibc.empty()) text += cat(" (glibc ", machine.glibc, ")");
  if (!machine.macos.empty()) text += cat(" (macOS ", machine.macos, ")");
  if (!machine.windows.empty()) text += cat(" (Windows ", machine.windows, ")");
  return text;
}

}  // namespace agent
