#include "agent/service/signals.hpp"
#include "base/error.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace agent {
namespace {

constexpr std::array kSignals{SIGTERM, SIGINT, SIGHUP, SIGCHLD};

// A handler can reach nothing but statics.
int g_write_end = -1;  // NOLINT: set once, before any handler runs

void note_signal(int number) {
  const int error_number = errno;
  const char byte = static_cast<char>(number);
  // A full pipe wakes the reader as well.
  if (write(g_write_end, &byte, 1) != 1) {
    errno = error_number;
    return;
  }
  errno = error_number;
}

void set_action(int number, void (*action)(int)) {
  struct sigaction wanted {};
  wanted.sa_handler = action;
  wanted.sa_flags = number == SIGCHLD ? SA_RESTART | SA_NOCLDSTOP : SA_RESTART;
  sigemptyset(&wanted.sa_mask);
  if (sigaction(number, &wanted, nullptr) != 0) {
    throw base::system_error("sigaction", errno);
  }
}

}  // namespace

SignalPipe::SignalPipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    throw base::system_error("pipe", errno);
  }
  m_read = base::FileDescriptor(ends[0]);
  g_write_end = ends[1];
  for (const int number : kSignals) {
    set_action(number, note_signal);
  }
}

SignalPipe::~SignalPipe() {
  for (const int number : kSignals) {
    static_cast<void>(signal(number, SIG_DFL));
  }
  close(g_write_end);
  g_write_end = -1;
}

Signals SignalPipe::take() {
  Signals signals;
  std::array<char, 64> bytes{};
  for (;;) {
    const ssize_t count = read(m_read.number(), bytes.data(), bytes.size());
    if (count <= 0) {
      return signals;
    }
    for (ssize_t i = 0; i < count; ++i) {
      const int number = static_cast<unsigned char>(bytes.at(static_cast<std::size_t>(i)));
      signals.terminate = signals.terminate || number == SIGTERM || number == SIGINT;
      signals.reload = signals.reload || number == SIGHUP;
      signals.child_ended = signals.child_ended || number == SIGCHLD;
    }
  }
}

}  // namespace agent
