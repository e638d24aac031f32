#pragma once

#include "base/buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace base {

// What a compressor made.
class CompressedBytes {
 public:
  CompressedBytes(Buffer buffer, std::size_t size) : m_buffer(std::move(buffer)), m_size(size) {}
  [[nodiscard]] std::string_view view() const { return m_buffer.view().substr(0, m_size); }

 private:
  Buffer m_buffer;
  std::size_t m_size;
};

// Deflate by libdeflate, level 1 to 12; the same input and level give the same bytes for one
// version of the library. gzip: no name and no time in the header (RFC 1952), operating system 255.
// Throws Errc::usage for another level.
CompressedBytes gzip(std::string_view bytes, int level);
// Raw deflate stream, for zip.
CompressedBytes deflate(std::string_view bytes, int level);
std::uint32_t crc32(std::string_view bytes);
// Name and version of the compressor, for release.json: "libdeflate 1.14".
std::string compressor_version();

}  // namespace base
