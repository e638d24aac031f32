#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace test {

// A child process on a pseudo-terminal of 80 columns: what a person sees, and what a person types.
class PseudoTerminal {
 public:
  // Runs a program (an absolute path) with exactly this environment.
  PseudoTerminal(const std::vector<std::string>& argv,
                 const std::map<std::string, std::string>& environment);
  // Runs a function in a forked child; its result is the exit status.
  explicit PseudoTerminal(const std::function<int()>& in_child);
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;
  ~PseudoTerminal();

  // Reads until `text` has been seen since the last expect(). False after a minute or at the
  // end.
  bool expect(std::string_view text);
  void type(std::string_view bytes);  // "y\n"; "\x03" is Ctrl-C, "\x04" is Ctrl-D
  // Reads to the end; the exit status, or 128 + the signal. Kills the child after a minute of
  // silence.
  int wait();
  // All that was shown so far, with CRLF line ends and escape sequences.
  [[nodiscard]] const std::string& shown() const { return m_shown; }

 private:
  bool read_some(int milliseconds);

  int m_master = -1;
  pid_t m_child = -1;
  std::string m_shown;
  std::size_t m_expected_up_to = 0;
};

}  // namespace test
