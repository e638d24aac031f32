#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace releaser::tar {

inline constexpr std::size_t kBlockBytes = 512;

// The blocks before an entry's contents: a ustar header (POSIX.1-1988), with a pax header before it
// only where the name does not fit. Owner 0 without a name. Throws Errc::config for a size of 8 GiB
// or more and for a time that the 33 bits of the format do not hold.
std::string header(std::string_view name, std::uint64_t size, bool executable, base::Time time);

// How many zero bytes follow contents of this size.
constexpr std::size_t padding(std::uint64_t size) {
  return static_cast<std::size_t>((kBlockBytes - size % kBlockBytes) % kBlockBytes);
}

// Two zero blocks end an archive.
inline constexpr std::size_t kEndBytes = 2 * kBlockBytes;

}  // namespace releaser::tar
