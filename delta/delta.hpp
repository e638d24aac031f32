#pragma once

#include "base/file.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

// What turns the installed binary into the next one. delta/README.md is the description of the
// formats; making them is in delta/making/, a library of its own.
namespace delta {

enum class Format { zstd_patch, bsdiff_zstd };

// As the manifest names it: "zstd-patch". Nothing for a format of a newer releaser.
std::optional<Format> find_format(std::string_view id);
std::string_view format_id(Format format);

// The largest binary that a delta is made of or gives.
inline constexpr std::uint64_t kMaxBinaryBytes = std::uint64_t{1} << 30U;

// How one more binary of the archive comes out of an installed one.
struct FurtherPatch {
  std::string_view path;         // in the archive
  std::string_view from_sha256;  // its 32 bytes
  Format format = Format::zstd_patch;
  std::string_view patch;
};

// A delta file in its parts; views of the bytes that were given.
struct Parts {
  std::string_view patch;  // of the binary that the manifest names
  std::vector<FurtherPatch> further;
  std::string_view others;  // a tar.zst of all other files of the archive; empty: there are none
};
// Throws Errc::untrusted where it has not the form. Nothing is unpacked.
Parts parts_of(Format format, std::string_view delta);

// Fills `target`, whose size the manifest gives, from the old binary and the patch. Memory: below
// 32 MiB, whatever the sizes. Throws Errc::untrusted for a patch that is damaged or does not fill
// exactly the target; whatever does not throw has the right size and may have any bytes: a digest
// decides.
void apply(Format format, std::string_view old, std::string_view patch, std::span<char> target);

}  // namespace delta
