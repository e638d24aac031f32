#pragma once

#include "base/file.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace base {

// Where the contents of one file of a tar lie in it.
struct TarStretch {
  std::uint64_t offset = 0, size = 0;
};
using TarIndex = std::map<std::string, TarStretch, std::less<>>;

// Looks through a plain tar without unpacking it, one header of 512 bytes at a time, so that its
// files can be read where they lie. Only the simplest form is taken, which `cco-release bundle`
// writes: ustar headers (POSIX.1-1988) of regular files, each name as unsafe_path_reason() wants
// it, none twice (case folded), two zero blocks, and nothing behind them. At most `max_files`.
// Throws Errc::untrusted for whatever else it is.
TarIndex read_tar_index(const FileDescriptor& tar, std::size_t max_files);

}  // namespace base
