#include "delta/making/make_delta.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "delta/frames.hpp"
#include "delta/making/differences.hpp"
#include "delta/operands.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include <divsufsort.h>
#include <zstd.h>

namespace delta::making {
namespace {

constexpr int kLevel = 19;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
using Context = std::unique_ptr<ZSTD_CCtx, FreeContext>;

std::size_t checked(std::size_t result) {
  if (ZSTD_isError(result) != 0) {
    throw base::Error(base::Errc::internal, base::cat("zstd: ", ZSTD_getErrorName(result)));
  }
  return result;
}

Context make_context() {
  Context context(ZSTD_createCCtx());
  if (context == nullptr) throw std::bad_alloc();
  checked(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel));
  checked(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1));
  return context;
}

std::string compress(const Context& context, std::string_view bytes) {
  std::string frame(ZSTD_compressBound(bytes.size()), '\0');
  frame.resize(checked(
      ZSTD_compress2(context.get(), frame.data(), frame.size(), bytes.data(), bytes.size())));
  return frame;
}

std::string make_zstd_patch(std::string_view old, std::string_view target) {
  const Context context = make_context();
  const auto window_log = static_cast<int>(std::bit_width(old.size() + target.size()));
  const ZSTD_bounds bounds = ZSTD_cParam_getBounds(ZSTD_c_windowLog);
  checked(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog,
                                 std::clamp(window_log, bounds.lowerBound, bounds.upperBound)));
  checked(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_enableLongDistanceMatching, 1));
  checked(ZSTD_CCtx_refPrefix(context.get(), old.data(), old.size()));
  return compress(context, target);
}

void put_number(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7U)
    out += static_cast<char>(static_cast<unsigned char>(number & 0x7FU) | 0x80U);
  out += static_cast<char>(static_cast<unsigned char>(number));
}

std::uint64_t zigzag(std::int64_t number) {
  return number >= 0 ? static_cast<std::uint64_t>(number) << 1U
                     : (static_cast<std::uint64_t>(-(number + 1)) << 1U) + 1;
}

// Runs of zeros as their lengths, which zstd alone packs worse than others do.
std::string coded_runs(std::string_view differences) {
  // A shorter run costs more than its bytes.
  constexpr std::size_t kShortestRun = 6;
  std::string coded;
  std::size_t at = 0;
  while (at < differences.size()) {
    const std::size_t first = std::min(differences.find_first_not_of('\0', at), differences.size());
    std::size_t last = first;
    for (std::size_t next = first; next < differences.size();) {
      const std::size_t zeros = std::min(differences.find('\0', next), differences.size());
      last = zeros;
      next = std::min(differences.find_first_not_of('\0', zeros), differences.size());
      if (next - zeros >= kShortestRun || next == differences.size()) break;
    }
    put_number(coded, first - at);
    put_number(coded, last - first);
    coded.append(differences.substr(first, last - first));
    at = last;
  }
  return coded;
}

// Of the bytes that the steps copy, from what whoever applies the patch expects there.
std::string differences_of(Processor processor, std::string_view old, std::string_view target,
                           const std::vector<Step>& steps) {
  const Expected expected(processor, old, steps);
  std::string differences;
  std::size_t done = 0;
  for (const Step& step : steps) {
    const std::size_t begin = differences.size();
    differences.resize(begin + step.same);
    const std::span<char> like(differences.data() + begin, step.same);
    expected.fill(step.old_position, done, like);
    std::transform(like.begin(), like.end(), target.begin() + static_cast<std::ptrdiff_t>(done),
                   like.begin(), [](char wrong, char right) {
                     return static_cast<char>(static_cast<unsigned char>(right) -
                                              static_cast<unsigned char>(wrong));
                   });
    done += step.same + step.more;
  }
  return differences;
}

struct Differences {
  Processor processor = Processor::none;
  std::string runs;
};

// For the processor that leaves the least to correct.
Differences smallest_differences(std::string_view old, std::string_view target,
                                 const std::vector<Step>& steps) {
  Differences best;
  for (const Processor processor : {Processor::none, Processor::x86_64, Processor::aarch64}) {
    std::string runs = coded_runs(differences_of(processor, old, target, steps));
    if (processor == Processor::none || runs.size() < best.runs.size()) {
      best = {processor, std::move(runs)};
    }
  }
  return best;
}

std::string make_bsdiff_zstd(std::string_view old, std::string_view target) {
  const std::vector<Step> found = find_steps(old, target);
  const Differences differences = smallest_differences(old, target, found);
  std::string steps, further;
  put_number(steps, static_cast<unsigned char>(differences.processor));
  std::size_t done = 0;
  std::int64_t position = 0;
  for (const Step& step : found) {
    put_number(steps, zigzag(static_cast<std::int64_t>(step.old_position) - position));
    position = static_cast<std::int64_t>(step.old_position + step.same);
    put_number(steps, step.same);
    put_number(steps, step.more);
    further.append(target.substr(done + step.same, step.more));
    done += step.same + step.more;
  }
  const Context context = make_context();
  std::string patch;
  for (const std::string_view stream :
       std::array<std::string_view, 3>{steps, differences.runs, further}) {
    // A smaller frame says its own size, so that nobody asks for more memory than it needs.
    const bool is_large = stream.size() > std::size_t{1} << static_cast<unsigned>(kStreamWindowLog);
    checked(
        ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, is_large ? kStreamWindowLog : 0));
    patch += compress(context, stream);
  }
  return patch;
}

std::string skippable_frame(std::uint32_t magic, std::string_view contents) {
  std::string frame;
  for (std::uint64_t number = magic | static_cast<std::uint64_t>(contents.size()) << 32U;
       frame.size() < kSkippableHeaderBytes; number >>= 8U)
    frame += static_cast<char>(static_cast<unsigned char>(number & 0xFFU));
  return frame.append(contents);
}

void require_result(Format format, std::string_view old, std::string_view patch,
                    std::string_view target) {
  std::string result(target.size(), '\0');
  apply(format, old, patch, result);
  if (result != target) {
    throw base::Error(base::Errc::internal,
                      base::cat("a delta of format ", format_id(format),
                                " does not give what it was made for; please report this"));
  }
}

bool can_be_patched(std::string_view old, std::string_view target) {
  const auto fits = [](std::string_view binary) {
    return !binary.empty() && binary.size() <= kMaxBinaryBytes;
  };
  return fits(old) && fits(target);
}

Made smaller_patch(std::string_view old, std::string_view target) {
  Made made{Format::zstd_patch, make_patch(Format::zstd_patch, old, target)};
  std::string other = make_patch(Format::bsdiff_zstd, old, target);
  if (other.size() < made.bytes.size()) made = {Format::bsdiff_zstd, std::move(other)};
  require_result(made.format, old, made.bytes, target);
  return made;
}

}  // namespace

std::string maker_version() {
  return base::cat("zstd ", ZSTD_versionString(), ", libdivsufsort ", divsufsort_version());
}

std::string make_patch(Format format, std::string_view old, std::string_view target) {
  if (!can_be_patched(old, target)) {
    throw base::Error(base::Errc::config, "deltas are of binaries of 1 byte to 1 GiB");
  }
  return format == Format::zstd_patch ? make_zstd_patch(old, target)
                                      : make_bsdiff_zstd(old, target);
}

std::string further_frame(std::string_view path, std::string_view from_sha256, std::string_view old,
                          std::string_view target) {
  const Made made = smaller_patch(old, target);
  std::string contents(from_sha256);
  contents += static_cast<char>(format_number(made.format));
  contents += static_cast<char>(static_cast<unsigned char>(path.size()));
  contents.append(path).append(made.bytes);
  return skippable_frame(kFurtherMagic, contents);
}

std::string others_frame(std::string_view others) {
  return others.empty() ? std::string() : skippable_frame(kOthersMagic, others);
}

std::optional<Made> make_delta(std::string_view old, std::string_view target,
                               std::string_view behind, std::uint64_t below) {
  if (!can_be_patched(old, target)) return std::nullopt;
  Made made = smaller_patch(old, target);
  made.bytes += behind;
  return made.bytes.size() < below ? std::optional(std::move(made)) : std::nullopt;
}

}  // namespace delta::making
