#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <unistd.h>

namespace base {

std::string random_hex(std::size_t bytes) {
  constexpr std::size_t kMaxBytesAtOnce = 256;  // of getentropy
  std::string random(bytes, '\0');
  for (std::size_t begin = 0; begin < bytes; begin += kMaxBytesAtOnce) {
    if (getentropy(random.data() + begin, std::min(bytes - begin, kMaxBytesAtOnce)) != 0) {
      throw system_error("getentropy", errno);
    }
  }
  return to_hex(random);
}

double random_fraction() {
  constexpr std::size_t kBytes = 4;
  constexpr double kValues = 4294967296.0;
  return static_cast<double>(std::strtoul(random_hex(kBytes).c_str(), nullptr, 16)) / kValues;
}

}  // namespace base
