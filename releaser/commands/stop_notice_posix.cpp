#include "releaser/commands/stop_notice.hpp"

#include <cerrno>
#include <csignal>
#include <string_view>

#include <unistd.h>

namespace releaser {
namespace {

// Behind the "^C" of a terminal the line begins anew.
constexpr std::string_view kLine =
    "\ncco-release: stopped; run the same command again, what is done is kept\n";
volatile std::sig_atomic_t g_skipped = 1;  // NOLINT: a signal handler can read nothing else

// Only what a signal handler may call. SA_RESETHAND has put the default back, which takes the
// signal as soon as this returns.
extern "C" void tell_and_end(int number) {
  const int before = errno;
  const std::string_view line = kLine.substr(static_cast<std::size_t>(g_skipped));
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) errno = before;
  static_cast<void>(raise(number));
}

}  // namespace

void tell_when_stopped() {
  g_skipped = isatty(STDERR_FILENO) == 1 ? 0 : 1;
  struct sigaction action {};
  action.sa_handler = tell_and_end;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM}) {
    struct sigaction old {};
    if (sigaction(number, nullptr, &old) != 0 || old.sa_handler == SIG_IGN) continue;
    static_cast<void>(sigaction(number, &action, nullptr));
  }
}

}  // namespace releaser
