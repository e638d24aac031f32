#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace releaser::zip {

enum class Method : std::uint16_t { stored = 0, deflated = 8 };

struct Entry {
  std::string name;
  bool executable = false;
  Method method = Method::stored;
  std::uint32_t crc32 = 0;
  std::uint32_t packed_size = 0;
  std::uint32_t size = 0;
  std::uint32_t offset = 0;  // of its local header
};

// Headers as in APPNOTE.TXT 6.3: made by Unix, so that `unzip` gives the modes 0755 and 0644; names
// are UTF-8; no extra fields. Times are UTC and have two seconds' grain; a date outside 1980 to
// 2107, which is all that the format knows, becomes the nearest that it does.
std::string local_header(const Entry& entry, base::Time time);
// The central directory at `offset`, and the end record.
std::string directory(const std::vector<Entry>& entries, std::uint32_t offset, base::Time time);

}  // namespace releaser::zip
