#include "delta/delta.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "delta/bsdiff_zstd.hpp"
#include "delta/frames.hpp"

#include <array>
#include <memory>
#include <new>

#include <zstd.h>

namespace delta {
namespace {

struct Row {
  Format format;
  std::string_view id;
  int frames;  // of the patch
};
constexpr std::array kFormats{
    Row{Format::zstd_patch, "zstd-patch", 1},
    Row{Format::bsdiff_zstd, "bsdiff-zstd", 3},
};

const Row& row_of(Format format) {
  for (const Row& row : kFormats)
    if (row.format == format) return row;
  throw base::Error(base::Errc::internal, "a format of deltas without a name");
}

std::uint32_t little_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;)
    number = number << 8U | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// In one call from memory to memory, which needs no window besides.
void apply_zstd_patch(std::string_view old, std::string_view patch, std::span<char> target) {
  if (ZSTD_getFrameContentSize(patch.data(), patch.size()) != target.size()) {
    refuse_delta("it gives another size than the manifest");
  }
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  if (context == nullptr ||
      ZSTD_isError(ZSTD_DCtx_refPrefix(context.get(), old.data(), old.size())) != 0) {
    throw std::bad_alloc();
  }
  const std::size_t result =
      ZSTD_decompressDCtx(context.get(), target.data(), target.size(), patch.data(), patch.size());
  if (ZSTD_isError(result) != 0) refuse_delta(ZSTD_getErrorName(result));
  if (result != target.size()) refuse_delta("it does not fill the binary");
}

}  // namespace

void refuse_delta(std::string_view problem) {
  throw base::Error(base::Errc::untrusted, base::cat("the delta is damaged (", problem, ")"));
}

std::string_view take_frame(std::string_view& bytes) {
  const std::size_t size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) refuse_delta(ZSTD_getErrorName(size));
  const std::string_view frame = bytes.substr(0, size);
  bytes.remove_prefix(frame.size());
  return frame;
}

std::optional<Format> find_format(std::string_view id) {
  for (const Row& row : kFormats)
    if (row.id == id) return row.format;
  return std::nullopt;
}

std::string_view format_id(Format format) { return row_of(format).id; }

Parts parts_of(Format format, std::string_view delta) {
  std::string_view rest = delta;
  for (int frame = 0; frame < row_of(format).frames; ++frame)
    take_frame(rest);
  Parts parts{.patch = delta.substr(0, delta.size() - rest.size()), .others = {}};
  if (rest.empty()) return parts;
  if (rest.size() < kSkippableHeaderBytes || little_endian(rest, 0) != kOthersMagic ||
      little_endian(rest, 4) != rest.size() - kSkippableHeaderBytes ||
      rest.size() == kSkippableHeaderBytes) {
    refuse_delta("something else follows the patch");
  }
  parts.others = rest.substr(kSkippableHeaderBytes);
  return parts;
}

void apply(Format format, std::string_view old, std::string_view patch, std::span<char> target) {
  if (old.size() > kMaxBinaryBytes || target.size() > kMaxBinaryBytes) {
    throw base::Error(base::Errc::untrusted, "a delta of a binary of more than 1 GiB");
  }
  switch (format) {
    case Format::zstd_patch:
      return apply_zstd_patch(old, patch, target);
    case Format::bsdiff_zstd:
      return apply_bsdiff_zstd(old, patch, target);
  }
}

}  // namespace delta
