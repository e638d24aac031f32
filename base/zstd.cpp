#include "base/zstd.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <memory>
#include <new>

#include <zstd.h>

namespace base {
namespace {

constexpr int kMinZstdLevel = 1;
constexpr int kMaxZstdLevel = 19;
constexpr int kMaxWindowLog = 23;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

std::size_t checked(std::size_t result) {
  if (ZSTD_isError(result) != 0) {
    throw Error(Errc::internal, cat("zstd: ", ZSTD_getErrorName(result)));
  }
  return result;
}

}  // namespace

CompressedBytes zstd(std::string_view bytes, int level) {
  if (level < kMinZstdLevel || level > kMaxZstdLevel) {
    throw Error(Errc::usage, cat("compression level ", level, ": it must be from ", kMinZstdLevel,
                                 " to ", kMaxZstdLevel));
  }
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (context == nullptr) {
    throw std::bad_alloc();
  }
  checked(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level));
  checked(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1));
  const std::size_t bound = ZSTD_compressBound(bytes.size());
  // In one step, a frame that fits into the largest window says so with a window of its own size.
  if (bytes.size() > std::size_t{1} << static_cast<unsigned>(kMaxWindowLog)) {
    checked(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, kMaxWindowLog));
  }
  Buffer buffer(bound);
  const std::size_t size = checked(
      ZSTD_compress2(context.get(), buffer.data(), buffer.size(), bytes.data(), bytes.size()));
  return {std::move(buffer), size};
}

std::string zstd_version() { return cat("zstd ", ZSTD_versionString()); }

}  // namespace base
