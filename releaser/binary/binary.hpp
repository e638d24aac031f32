#pragma once

#include "base/file.hpp"
#include "manifest-schema/manifest.hpp"
#include "manifest-schema/platform.hpp"
#include "releaser/binary/byte_source.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

enum class BinaryFormat { elf, macho, pe };
enum class BinaryKind { executable, library, object, core, other };

// What one executable says of itself: an ELF file, a PE file, or one slice of a Mach-O file.
struct BinaryFacts {
  BinaryFormat format = BinaryFormat::elf;
  BinaryKind kind = BinaryKind::other;
  std::string kind_name;     // "executable", "shared library", "core dump", "EFI program", …
  std::string system;        // "linux", "darwin", "windows", "freebsd", "android", "iOS", …
  std::string architecture;  // in the words of Platform ("arm64", "x86_64"), or what else it is
  bool is_static = false;    // needs no library and no interpreter
  std::string interpreter;   // ELF: "/lib64/ld-linux-x86-64.so.2"
  schema::Libc libc = schema::Libc::none;  // of a dynamic ELF file
  std::vector<std::string> needed;         // libraries, as the file names them
  std::vector<std::string> run_paths;      // RPATH, RUNPATH, LC_RPATH; one directory each
  schema::Requirements floors;             // highest GLIBC_x.y, minimum macOS, minimum Windows
  bool is_stripped = false;
  bool is_signed = false;  // holds a platform code signature (which nobody checked)
};

// Reads headers, segments or load commands, dynamic section, version needs and imports of an ELF,
// Mach-O (also universal) or PE file; every offset is checked against the size. One entry a slice,
// so exactly one but for universal files. Throws Errc::config with a problem that says what the
// file really is: "is an HTML page, not an executable", "ELF file: truncated: segment 3 ends at
// byte 900 but the file has 512".
std::vector<BinaryFacts> read_binary(const ByteSource& source);

// What the bytes are that are no binary, by their beginning: "an HTML page", "a shell script", "a
// Git LFS pointer", "empty".
std::string describe_foreign_file(const ByteSource& source);

struct Inspection {
  // The slices that the platform uses: one, or for darwin-universal all. Empty where the file could
  // not be read as a binary.
  std::vector<BinaryFacts> slices;
  std::uint64_t size = 0;
  schema::Requirements requirements;  // what a machine of the platform must offer
  std::vector<std::string> problems;  // one line each, with the path and what to do
  std::vector<std::string> warnings;  // the same; --strict makes errors of them
};

// Is the file at `path` a whole executable for `platform`, with no library beyond the system's own
// and `allowed_libraries` (names as in the file, or their last component)? Throws nothing for a bad
// file: each finding is a line in `problems`, also one that there is no such file.
//   section   of the configuration that may allow more, for the message
Inspection inspect_binary(const base::Path& path, const schema::Platform& platform,
                          std::span<const std::string> allowed_libraries,
                          std::string_view section = "build");

}  // namespace releaser
