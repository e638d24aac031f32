#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace test {

// Numbers and texts one behind the other, in one byte order.
class Bytes {
 public:
  explicit Bytes(bool big_endian = false) : m_big_endian(big_endian) {}

  Bytes& number(std::uint64_t value, std::size_t width);
  Bytes& u8(std::uint64_t value) { return number(value, 1); }
  Bytes& u16(std::uint64_t value) { return number(value, 2); }
  Bytes& u32(std::uint64_t value) { return number(value, 4); }
  Bytes& u64(std::uint64_t value) { return number(value, 8); }
  Bytes& text(std::string_view text);
  // The text and NULs up to `width` bytes.
  Bytes& padded(std::string_view text, std::size_t width);
  Bytes& pad_to(std::size_t size);
  void put(std::size_t at, std::uint64_t value, std::size_t width);

  [[nodiscard]] std::size_t size() const { return m_bytes.size(); }
  [[nodiscard]] const std::string& str() const { return m_bytes; }

 private:
  std::string m_bytes;
  bool m_big_endian;
};

// A small but whole ELF file, made byte by byte. Without `interpreter`, `needed` and
// `is_dynamic` it is static.
struct ElfRecipe {
  bool is_64_bit = true;
  bool is_big_endian = false;
  std::uint16_t machine = 62;  // x86_64
  std::uint16_t type = 3;      // a shared object: library or position-independent program
  std::uint8_t os_abi = 0;
  std::string interpreter;
  bool is_dynamic = true;
  bool is_pie = true;
  std::string own_name;
  std::vector<std::string> needed;
  std::string run_path;
  std::vector<std::string> versions;  // of the first needed library
  std::string note;                   // name in a note, "FreeBSD"
  bool has_sections = true;
  bool has_symbols = false;
  // Added as sections of these names, each with these bytes.
  std::vector<std::pair<std::string, std::string>> extra_sections;
};
std::string make_elf(const ElfRecipe& recipe);
// What Debian's compiler makes: dynamic, x86_64, glibc.
ElfRecipe glibc_program();

// cputype
inline constexpr std::uint32_t kCpuArm64 = 0x0100000c, kCpuX8664 = 0x01000007;

struct MachoRecipe {
  bool is_64_bit = true;
  bool is_big_endian = false;
  std::uint32_t cpu = 0x0100000c;  // arm64
  std::uint32_t cpu_subtype = 0;
  std::uint32_t file_type = 2;  // executable
  std::uint32_t platform = 1;   // macOS; 0: no LC_BUILD_VERSION
  std::uint32_t minimum = 0x000b0000;
  std::uint32_t old_minimum = 0;  // LC_VERSION_MIN_MACOSX
  std::vector<std::string> needed{"/usr/lib/libSystem.B.dylib"};
  std::vector<std::string> run_paths;
  std::uint32_t local_symbols = 0;
  bool is_signed = true;
};
std::string make_macho(const MachoRecipe& recipe);
struct UniversalSlice {
  std::uint32_t cpu = 0;
  std::string bytes;
};
std::string make_universal(const std::vector<UniversalSlice>& slices, bool is_64_bit = false);

struct PeRecipe {
  bool is_64_bit = true;
  std::uint16_t machine = 0x8664;
  std::uint16_t characteristics = 0x22;
  std::uint16_t subsystem = 3;
  std::uint16_t os_major = 6, os_minor = 1, subsystem_major = 6, subsystem_minor = 0;
  std::vector<std::string> needed{"KERNEL32.dll"};
  std::vector<std::string> delayed;
  bool is_signed = false;
  bool has_symbols = false;
};
std::string make_pe(const PeRecipe& recipe);

}  // namespace test
