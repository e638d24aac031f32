#pragma once

#include "delta/delta.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace delta {

// Of a zstd skippable frame: four bytes of magic, four of length, both little-endian.
inline constexpr std::uint32_t kOthersMagic = 0x184D2A5C;
inline constexpr std::uint32_t kFurtherMagic = 0x184D2A5D;
inline constexpr std::size_t kSkippableHeaderBytes = 8;

// 4 MiB: the window of the three frames of bsdiff-zstd.
inline constexpr int kStreamWindowLog = 22;

// What stands before the path in the frame of a further patch: the digest, the format's number, the
// length of the path.
inline constexpr std::size_t kDigestBytes = 32;
inline constexpr std::size_t kFurtherHeaderBytes = kDigestBytes + 2;
unsigned char format_number(Format format);

// Cuts one zstd frame with contents off the front of `bytes`. Throws Errc::untrusted where there is
// none, or one to skip.
std::string_view take_frame(std::string_view& bytes);

// Throws Errc::untrusted: "the delta is damaged (…)".
[[noreturn]] void refuse_delta(std::string_view problem);

}  // namespace delta
