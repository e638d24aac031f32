#include "agent/boot.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <time.h>

namespace agent {

std::string boot_id() {
  constexpr std::size_t kMaxBytes = 256;
  try {
    return base::safe_text(base::trim(
        base::read_file_if_exists("/proc/sys/kernel/random/boot_id", kMaxBytes).value_or("")));
  } catch (const base::Error&) {
    return "";
  }
}

std::chrono::milliseconds since_boot() {
#ifdef CLOCK_BOOTTIME
  constexpr clockid_t kClock = CLOCK_BOOTTIME;
#else
  constexpr clockid_t kClock = CLOCK_MONOTONIC;
#endif
  timespec now{};
  clock_gettime(kClock, &now);
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

}  // namespace agent
