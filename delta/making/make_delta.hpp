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

// What stands behind the patch of a delta: the smaller patch of one more binary (make_patch() says
// of which), and a tar.zst of all other files (empty: nothing). `from_sha256` has 32 bytes, `path`
// 1 to 255. Of the first as many as there are, then the other.
std::string further_frame(std::string_view path, std::string_view from_sha256, std::string_view old,
                          std::string_view target);
std::string others_frame(std::string_view others);

struct Made {
  Format format = Format::zstd_patch;
  std::string bytes;  // the whole delta
};

// The smaller of both formats, with `behind` (of the frames above) behind it. It was applied, and
// gave `target`, as each further patch was. Nothing where it is not smaller than `below` bytes, or
// where a binary cannot be patched.
std::optional<Made> make_delta(std::string_view old, std::string_view target,
                               std::string_view behind, std::uint64_t below);

}  // namespace delta::making
