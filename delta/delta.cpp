#include "delta/delta.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "delta/bsdiff_zstd.hpp"
#include "delta/frames.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <new>

#include <zstd.h>

namespace delta {
namespace {

struct Row {
  Format format;
  std::string_view id;
  int frames;            // of the patch
  unsigned char number;  // in the frame of a further patch
};
constexpr std::array kFormats{
    Row{Format::zstd_patch, "zstd-patch", 1, 1},
    Row{Format::bsdiff_zstd, "bsdiff-zstd", 3, 2},
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

std::string_view take_patch(const Row& format, std::string_view& bytes) {
  const std::string_view all = bytes;
  for (int frame = 0; frame < format.frames; ++frame)
    take_frame(bytes);
  return all.substr(0, all.size() - bytes.size());
}

// The contents of the skippable frame in front, where there is one with this magic.
std::optional<std::string_view> take_skippable(std::uint32_t magic, std::string_view& bytes) {
  if (bytes.size() < kSkippableHeaderBytes || little_endian(bytes, 0) != magic) return std::nullopt;
  const std::size_t size = little_endian(bytes, 4);
  if (size == 0 || size > bytes.size() - kSkippableHeaderBytes) return std::nullopt;
  const std::string_view contents = bytes.substr(kSkippableHeaderBytes, size);
  bytes.remove_prefix(kSkippableHeaderBytes + size);
  return contents;
}

FurtherPatch further_patch_of(std::string_view contents) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(contents[at]); };
  if (contents.size() < kFurtherHeaderBytes) refuse_delta("a further patch is cut short");
  const auto* const row = std::find_if(kFormats.begin(), kFormats.end(), [&](const Row& each) {
    return each.number == byte(kDigestBytes);
  });
  if (row == kFormats.end()) refuse_delta("a further patch of an unknown format");
  const std::size_t path_bytes = byte(kDigestBytes + 1);
  if (path_bytes == 0 || path_bytes > contents.size() - kFurtherHeaderBytes) {
    refuse_delta("a further patch without its path");
  }
  std::string_view rest = contents.substr(kFurtherHeaderBytes + path_bytes);
  const std::string_view patch = take_patch(*row, rest);
  if (!rest.empty()) refuse_delta("something else follows a further patch");
  return {.path = contents.substr(kFurtherHeaderBytes, path_bytes),
          .from_sha256 = contents.substr(0, kDigestBytes),
          .format = row->format,
          .patch = patch};
}

// RFC 8878, 3.1.2: any of sixteen.
constexpr std::uint32_t kSkippableMagic = 0x184D2A50, kSkippableMask = 0xFFFFFFF0;

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
  if ((little_endian(bytes, 0) & kSkippableMask) == kSkippableMagic)
    refuse_delta("a frame is missing");
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

unsigned char format_number(Format format) { return row_of(format).number; }

Parts parts_of(Format format, std::string_view delta) {
  std::string_view rest = delta;
  Parts parts{.patch = take_patch(row_of(format), rest), .further = {}, .others = {}};
  while (const auto contents = take_skippable(kFurtherMagic, rest))
    parts.further.push_back(further_patch_of(*contents));
  if (const auto others = take_skippable(kOthersMagic, rest)) parts.others = *others;
  if (!rest.empty()) refuse_delta("something else follows the patch");
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
