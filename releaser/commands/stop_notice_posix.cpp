#include "releaser/commands/stop_notice.hpp"
#include "releaser/stages/whereabouts.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include <unistd.h>

namespace releaser {
namespace {

// Behind the "^C" of a terminal the line begins anew.
constexpr std::string_view kBegin = "\ncco-release: stopped";
constexpr std::string_view kEnd = "; run the same command again, what is done is kept\n";
constexpr std::size_t kMostBytes = 512;
volatile std::sig_atomic_t g_skipped = 1;  // NOLINT: a signal handler can read nothing else

// Only what a signal handler may call. SA_RESETHAND has put the default back, which takes the
// signal as soon as this returns.
extern "C" void tell_and_end(int number) {
  const int before = errno;
  // In one write, into which nobody else comes.
  std::array<char, kMostBytes> line{};
  std::size_t size = 0;
  const auto add = [&](std::string_view part) {
    for (const char character : part)
      if (size < line.size()) line[size++] = character;
  };
  add(kBegin.substr(static_cast<std::size_t>(g_skipped)));
  add(whereabouts());
  add(kEnd);
  if (write(STDERR_FILENO, line.data(), size) < 0) errno = before;
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
