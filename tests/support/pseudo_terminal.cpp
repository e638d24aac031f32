#include "tests/support/pseudo_terminal.hpp"

#include "base/text.hpp"

#include <chrono>
#include <iostream>
#include <stdexcept>

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test {
namespace {

constexpr int kPatienceMilliseconds = 60000;

// In the parent: the master's end and the child; in the child it does not return.
template <class InChild>
pid_t start(int& master, InChild&& in_child) {
  winsize size{};
  size.ws_col = 80;
  size.ws_row = 24;
  std::cout.flush();  // what is buffered is the parent's
  const pid_t child = forkpty(&master, nullptr, nullptr, &size);
  if (child < 0) {
    throw std::runtime_error("no pseudo-terminal");
  }
  if (child == 0) {
    _exit(in_child());
  }
  return child;
}

}  // namespace

PseudoTerminal::PseudoTerminal(const std::vector<std::string>& argv,
                               const std::map<std::string, std::string>& environment) {
  std::vector<std::string> assignments;
  assignments.reserve(environment.size());
  for (const auto& [name, value] : environment) {
    assignments.push_back(base::cat(name, "=", value));
  }
  std::vector<char*> arguments, variables;
  for (const std::string& argument : argv) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  for (const std::string& assignment : assignments) {
    variables.push_back(const_cast<char*>(assignment.c_str()));
  }
  arguments.push_back(nullptr);
  variables.push_back(nullptr);
  m_child = start(m_master, [&] {
    execve(arguments[0], arguments.data(), variables.data());
    return 127;
  });
}

PseudoTerminal::PseudoTerminal(const std::function<int()>& in_child) {
  m_child = start(m_master, in_child);
}

PseudoTerminal::~PseudoTerminal() {
  if (m_child > 0) {
    (void)kill(m_child, SIGKILL);
    (void)waitpid(m_child, nullptr, 0);
  }
  (void)close(m_master);
}

bool PseudoTerminal::read_some(int milliseconds) {
  pollfd entry{m_master, POLLIN, 0};
  if (poll(&entry, 1, milliseconds) <= 0) {
    return false;
  }
  char piece[4096];
  const ssize_t got = read(m_master, piece, sizeof piece);
  if (got <= 0) {
    return false;  // EIO: the child has closed its end
  }
  m_shown.append(piece, static_cast<std::size_t>(got));
  return true;
}

bool PseudoTerminal::expect(std::string_view text) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMilliseconds);
  while (true) {
    if (const auto found = m_shown.find(text, m_expected_up_to); found != std::string::npos) {
      m_expected_up_to = found + text.size();
      return true;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !read_some(static_cast<int>(left.count()))) {
      return false;
    }
  }
}

void PseudoTerminal::type(std::string_view bytes) {
  (void)!write(m_master, bytes.data(), bytes.size());
}

int PseudoTerminal::wait() {
  while (read_some(kPatienceMilliseconds)) {
  }
  int status = 0;
  bool ended = false;
  for (int i = 0; i < 500 && !ended; ++i) {  // its terminal is closed: it has a moment to end
    ended = waitpid(m_child, &status, WNOHANG) != 0;
    if (!ended) {
      (void)poll(nullptr, 0, 20);
    }
  }
  if (!ended) {
    (void)kill(m_child, SIGKILL);
    (void)waitpid(m_child, &status, 0);
  }
  m_child = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace test
