#include "base/error.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"

#include <array>
#include <csignal>

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace base {
namespace {

constexpr std::size_t kMaxAnswerBytes = 1024;
constexpr std::array kCancelSignals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

volatile std::sig_atomic_t g_signal_seen = 0;  // NOLINT: a signal handler can write nothing else

extern "C" void note_signal(int number) { g_signal_seen = number; }

// While it lives, the signals that end a program interrupt the reading instead, and arrive only
// while it waits: none is lost between a test and a read. Stopping (Ctrl-Z) waits too, because a
// stopped program would leave its terminal without echo.
class SignalsDuringQuestion {
 public:
  SignalsDuringQuestion() {
    g_signal_seen = 0;
    sigset_t blocked;
    sigemptyset(&blocked);
    for (const int number : kCancelSignals) {
      sigaddset(&blocked, number);
    }
    sigaddset(&blocked, SIGTSTP);
    sigprocmask(SIG_BLOCK, &blocked, &m_old_mask);
    m_waiting_mask = m_old_mask;
    sigaddset(&m_waiting_mask, SIGTSTP);
    struct sigaction action {};
    action.sa_handler = note_signal;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < kCancelSignals.size(); ++i) {
      sigdelset(&m_waiting_mask, kCancelSignals[i]);
      sigaction(kCancelSignals[i], &action, &m_old_actions[i]);
    }
  }
  SignalsDuringQuestion(const SignalsDuringQuestion&) = delete;
  SignalsDuringQuestion& operator=(const SignalsDuringQuestion&) = delete;
  ~SignalsDuringQuestion() {
    for (std::size_t i = 0; i < kCancelSignals.size(); ++i) {
      sigaction(kCancelSignals[i], &m_old_actions[i], nullptr);
    }
    sigprocmask(SIG_SETMASK, &m_old_mask, nullptr);
  }

  // False: a signal came.
  [[nodiscard]] bool wait_for_input() const {
    pollfd entry{STDIN_FILENO, POLLIN, 0};
    return ppoll(&entry, 1, nullptr, &m_waiting_mask) == 1;
  }

 private:
  sigset_t m_old_mask{};
  sigset_t m_waiting_mask{};
  std::array<struct sigaction, kCancelSignals.size()> m_old_actions{};
};

class WithoutEcho {
 public:
  WithoutEcho() {
    if (tcgetattr(STDIN_FILENO, &m_old) == 0) {
      termios quiet = m_old;
      quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
      m_changed = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
    }
    if (!m_changed) {
      throw Error(Errc::internal, "the terminal's echo cannot be switched off");
    }
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;
  ~WithoutEcho() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_old); }

 private:
  termios m_old{};
  bool m_changed = false;
};

[[noreturn]] void cancel(const Messages& messages) {
  messages.stream() << '\n' << std::flush;
  throw Error(Errc::cancelled, "cancelled");
}

std::string read_answer(const Messages& messages, const SignalsDuringQuestion& signals) {
  std::string line;
  line.reserve(kMaxAnswerBytes);  // a password is never left behind by a growing text
  while (true) {
    char c = 0;
    if (!signals.wait_for_input() || read(STDIN_FILENO, &c, 1) != 1) {
      cancel(messages);
    }
    if (c == '\n') {
      return line;
    }
    if (line.size() == kMaxAnswerBytes) {
      throw Error(Errc::usage, cat("the answer is longer than ", kMaxAnswerBytes, " bytes"));
    }
    line += c;
  }
}

}  // namespace

Terminal inspect_terminal(bool no_color_variable, std::string_view term_variable) {
  Terminal terminal;
  terminal.input = isatty(STDIN_FILENO) == 1;
  terminal.output = isatty(STDOUT_FILENO) == 1;
  terminal.messages = isatty(STDERR_FILENO) == 1;
  terminal.colors = terminal.messages && !no_color_variable && term_variable != "dumb";
  winsize size{};
  if (terminal.messages && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.columns = size.ws_col;
  }
  return terminal;
}

bool output_is_unread() {
  pollfd entry{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&entry, 1, 0) == 1 && (entry.revents & POLLERR) != 0;
}

std::string ask(const Messages& messages, std::string_view question,
                std::string_view default_answer) {
  // Before the question is seen: whoever answers at once must be heard too.
  const SignalsDuringQuestion signals;
  // In one write, so that an echo does not come into the middle of it.
  const std::string proposal = default_answer.empty() ? "" : cat(" [", default_answer, "]");
  messages.stream() << cat(question, proposal, " ") << std::flush;
  std::string answer{trim(read_answer(messages, signals))};
  if (answer == "q" || answer == "Q") {
    throw Error(Errc::cancelled, "cancelled");
  }
  return answer.empty() ? std::string(default_answer) : answer;
}

std::string ask_password(const Messages& messages, std::string_view question) {
  const SignalsDuringQuestion signals;
  const WithoutEcho without_echo;
  messages.stream() << cat(question, " ") << std::flush;
  std::string password = read_answer(messages, signals);
  messages.stream() << '\n' << std::flush;
  return password;
}

}  // namespace base
