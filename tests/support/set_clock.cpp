// A library for LD_PRELOAD under which the clock of the wall stands still at CLOCK_STANDS_AT, in
// seconds since 1970. (libfaketime would do, but leaves a semaphore behind in each process that is
// killed, and then refuses to start in the next one of that number.)

#include <cstdlib>
#include <ctime>

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

time_t stands_at() {
  const char* text = std::getenv("CLOCK_STANDS_AT");
  if (text == nullptr) std::abort();
  return static_cast<time_t>(std::strtoll(text, nullptr, 10));
}

}  // namespace

// The C library names parameters in a way that is reserved to it.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) {
    return static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  }
  *now = {.tv_sec = stands_at(), .tv_nsec = 0};
  return 0;
}

int gettimeofday(timeval* now, void* /*zone*/) noexcept {
  *now = {.tv_sec = stands_at(), .tv_usec = 0};
  return 0;
}

time_t time(time_t* now) noexcept {
  const time_t at = stands_at();
  if (now != nullptr) *now = at;
  return at;
}
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
