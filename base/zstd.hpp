#pragma once

#include "base/deflate.hpp"

#include <string>
#include <string_view>

namespace base {

// One zstd frame (RFC 8878) with the size of its contents and their checksum; the same input and
// level give the same bytes for one version of the library. Readers need 8 MiB for its window.
// Throws Errc::usage for a level other than 1 to 19.
CompressedBytes zstd(std::string_view bytes, int level);
// Name and version of the compressor, for release.json: "zstd 1.5.4".
std::string zstd_version();

}  // namespace base
