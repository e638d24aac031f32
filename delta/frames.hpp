#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace delta {

// Of a zstd skippable frame: four bytes of magic, four of length, both little-endian.
inline constexpr std::uint32_t kOthersMagic = 0x184D2A5C;
inline constexpr std::size_t kSkippableHeaderBytes = 8;

// 4 MiB: the window of the three frames of bsdiff-zstd.
inline constexpr int kStreamWindowLog = 22;

// Cuts one zstd frame off the front of `bytes`. Throws Errc::untrusted where there is none.
std::string_view take_frame(std::string_view& bytes);

// Throws Errc::untrusted: "the delta is damaged (…)".
[[noreturn]] void refuse_delta(std::string_view problem);

}  // namespace delta
