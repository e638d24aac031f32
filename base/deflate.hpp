#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace base {

// Deflate by libdeflate, level 1 to 12; the same input and level give the same bytes for one
// version of the library. gzip: no name and no time in the header (RFC 1952), operating system 255.
std::string gzip(std::string_view bytes, int level);
// Raw deflate stream, for zip.
std::string deflate(std::string_view bytes, int level);
std::uint32_t crc32(std::string_view bytes);
// Name and version of the compressor, for release.json: "libdeflate 1.14".
std::string compressor_version();

}  // namespace base
