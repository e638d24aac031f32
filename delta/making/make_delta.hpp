#pragma once

#include "delta/delta.hpp"

#include <optional>
#include <string>
#include <string_view>

// Making deltas: for the releaser alone. The agent never links it.
namespace delta::making {

// The patch of one format, without the other files. Deterministic for one version of zstd and of
// libdivsufsort. Both binaries are at most kMaxBinaryBytes and not empty; memory: bsdiff_zstd about
// five times the old binary, zstd_patch up to 500 MB for one of 100 MB. Throws Errc::config for
// larger ones.
std::string make_patch(Format format, std::string_view old, std::string_view target);

// What decides the bytes of a delta beside its binaries: "zstd 1.5.4, libdivsufsort 2.0.1".
std::string maker_version();

struct Made {
  Format format = Format::zstd_patch;
  std::string bytes;  // the whole delta
};

// The smaller of both formats, with `others` (a tar.zst, or nothing) behind it. It was applied, and
// gave `target`. Nothing where it is not smaller than `below` bytes, or where a binary is empty or
// too large.
std::optional<Made> make_delta(std::string_view old, std::string_view target,
                               std::string_view others, std::uint64_t below);

}  // namespace delta::making
