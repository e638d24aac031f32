#include "base/deflate.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <memory>
#include <new>
#include <utility>

#include <libdeflate.h>

namespace base {
namespace {

constexpr int kMinDeflateLevel = 1;
constexpr int kMaxDeflateLevel = 12;

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const {
    libdeflate_free_compressor(compressor);
  }
};
using Compressor = std::unique_ptr<libdeflate_compressor, FreeCompressor>;

Compressor make_compressor(int level) {
  if (level < kMinDeflateLevel || level > kMaxDeflateLevel) {
    throw Error(Errc::usage, cat("compression level ", level, ": it must be from ",
                                 kMinDeflateLevel, " to ", kMaxDeflateLevel));
  }
  Compressor compressor(libdeflate_alloc_compressor(level));
  if (compressor == nullptr) {
    throw std::bad_alloc();
  }
  return compressor;
}

// The bound is for any input, so a compressor that gives 0 broke its promise.
CompressedBytes checked(Buffer buffer, std::size_t size) {
  if (size == 0) {
    throw Error(Errc::internal, "the compressor failed");
  }
  return {std::move(buffer), size};
}

}  // namespace

CompressedBytes gzip(std::string_view bytes, int level) {
  const Compressor compressor = make_compressor(level);
  Buffer buffer(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()));
  const std::size_t size = libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(),
                                                    buffer.data(), buffer.size());
  return checked(std::move(buffer), size);
}

CompressedBytes deflate(std::string_view bytes, int level) {
  const Compressor compressor = make_compressor(level);
  Buffer buffer(libdeflate_deflate_compress_bound(compressor.get(), bytes.size()));
  const std::size_t size = libdeflate_deflate_compress(compressor.get(), bytes.data(), bytes.size(),
                                                       buffer.data(), buffer.size());
  return checked(std::move(buffer), size);
}

std::uint32_t crc32(std::string_view bytes) {
  return libdeflate_crc32(0, bytes.data(), bytes.size());
}

std::string compressor_version() { return "libdeflate " LIBDEFLATE_VERSION_STRING; }

}  // namespace base
