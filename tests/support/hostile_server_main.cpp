#include "base/error.hpp"
#include "tests/support/hostile_server.hpp"

#include <csignal>
#include <iostream>

#include <unistd.h>

// hostile_server [--mode MODE] [--only TEXT] DIR: prints "URL ca=PATH" and serves until a signal
// comes. `hostile_server --modes` lists the modes.

int main(int argc, char** argv) {
  std::string mode = "plain", only, folder;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--modes") {
      for (const test::HostileMode& known : test::hostile_modes()) {
        std::cout << known.name << '\t' << known.what_it_does << '\n';
      }
      return 0;
    }
    if ((word == "--mode" || word == "--only") && i + 1 < argc) {
      (word == "--mode" ? mode : only) = argv[++i];
    } else {
      folder = word;
    }
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    sigaddset(&signals, number);
  }
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  try {
    const test::HostileServer server(folder, mode, only);
    std::cout << server.url() << " ca=" << server.ca_file().native() << std::endl;
    int number = 0;
    sigwait(&signals, &number);
  } catch (const base::Error& error) {
    std::cerr << "hostile_server: " << error.what() << '\n';
    return base::exit_status(error.code());
  }
  return 0;
}
