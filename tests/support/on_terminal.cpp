// For scripts: runs a program on a pseudo-terminal and types into it.
//
//   on_terminal [EXPECTED TYPED]... -- PROGRAM [ARGUMENT]...
//
// Waits until each EXPECTED text is seen, then types TYPED ("\x03" is Ctrl-C). What was shown goes
// to stdout with plain line ends; the exit status is the program's, or 125 where a text never came.
#include "base/text.hpp"
#include "tests/support/pseudo_terminal.hpp"

#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

int main(int argc, char** argv) {
  std::vector<std::pair<std::string, std::string>> steps;
  int at = 1;
  for (; at < argc && std::string_view(argv[at]) != "--"; at += 2) {
    if (at + 1 >= argc) break;
    steps.emplace_back(argv[at], argv[at + 1]);
  }
  if (at + 1 >= argc || std::string_view(argv[at]) != "--") {
    std::cerr << "usage: on_terminal [EXPECTED TYPED]... -- PROGRAM [ARGUMENT]...\n";
    return 125;
  }
  char** const command = argv + at + 1;
  test::PseudoTerminal terminal([command] {
    execvp(command[0], command);
    return 127;
  });
  for (const auto& [expected, typed] : steps) {
    if (!terminal.expect(expected)) {
      std::cout << base::replace_all(terminal.shown(), "\r\n", "\n");
      std::cerr << "on_terminal: never seen: " << expected << '\n';
      return 125;
    }
    terminal.type(typed);
  }
  const int status = terminal.wait();
  std::cout << base::replace_all(terminal.shown(), "\r\n", "\n");
  return status;
}
