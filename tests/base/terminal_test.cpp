#include "base/terminal.hpp"

#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/pseudo_terminal.hpp"

#include <doctest/doctest.h>

#include <iostream>
#include <sstream>
#include <string>

#include <signal.h>
#include <termios.h>
#include <unistd.h>

using base::Messages;
using base::Terminal;
using base::Verbosity;
using std::chrono::milliseconds;

namespace {

// Runs a question in a child on a terminal; its answer is shown between < and >.
int ask_in_child(bool secret) {
  const Messages messages(std::cerr, base::inspect_terminal(false, "xterm"), Verbosity::normal);
  try {
    const std::string answer = secret ? base::ask_password(messages, "Password:")
                                      : base::ask(messages, "Update now? (y/n)", "y");
    std::cerr << "<" << answer << ">" << std::endl;
    return 0;
  } catch (const base::Error& error) {
    termios settings{};
    tcgetattr(STDIN_FILENO, &settings);
    std::cerr << ((settings.c_lflag & ECHO) != 0 ? "echo is on" : "echo is off") << std::endl;
    return base::exit_status(error.code());
  }
}

std::string said(Verbosity verbosity, bool colors) {
  std::ostringstream out;
  const Messages messages(out, {.colors = colors}, verbosity);
  messages.say("said");
  messages.detail("detail");
  messages.warn("careful");
  return out.str();
}

}  // namespace

TEST_SUITE("base/terminal") {
  TEST_CASE("messages obey --quiet and --verbose, warnings always come") {
    CHECK(said(Verbosity::quiet, false) == "warning: careful\n");
    CHECK(said(Verbosity::normal, false) == "said\nwarning: careful\n");
    CHECK(said(Verbosity::verbose, false) == "said\ndetail\nwarning: careful\n");
    CHECK(said(Verbosity::quiet, true) == "\x1b[33mwarning:\x1b[0m careful\n");
  }

  TEST_CASE("a line of progress fits its terminal") {
    CHECK(base::progress_line("esbuild", 1300000, 2900000, milliseconds(1000), 100) ==
          "esbuild [========>           ] 44 % of 2.9 MB, 1.3 MB/s, 2 s left");
    CHECK(base::progress_line("esbuild", 1300000, 2900000, milliseconds(1000), 45) ==
          "esbuild 44 % of 2.9 MB, 1.3 MB/s, 2 s left");
    CHECK(base::progress_line("esbuild", 1300000, 2900000, milliseconds(1000), 36) ==
          "44 % of 2.9 MB, 1.3 MB/s, 2 s left");
    CHECK(base::progress_line("esbuild", 2900000, 2900000, milliseconds(1000), 100) ==
          "esbuild [====================] 100 % of 2.9 MB, 2.9 MB/s, 0 s left");
    CHECK(base::progress_line("esbuild", 500, 0, milliseconds(1000), 100) ==
          "esbuild 500 bytes, 500 bytes/s");
    CHECK(base::progress_line("x", 1000000, 1000000000, milliseconds(1000), 60) ==
          "x 0 % of 1.0 GB, 1.0 MB/s, 16 min 39 s left");
    CHECK(base::progress_line("x", 0, 10, milliseconds(0), 60) ==
          "x [>                   ] 0 % of 10 bytes, 0 bytes/s");
    for (int columns = 1; columns < 120; ++columns) {
      CHECK(base::progress_line("a product", 12345678, 123456789, milliseconds(4321), columns)
                .size() <= static_cast<std::size_t>(std::max(columns, 20)));
    }
  }

  TEST_CASE("short work in a log leaves no trace of progress") {
    std::ostringstream out;
    const Messages messages(out, {}, Verbosity::normal);
    {
      base::Progress progress(messages, "esbuild", 100);
      progress.advance(100);
      progress.finish();
    }
    CHECK(out.str().empty());
  }

  TEST_CASE("what a terminal is, is found out") {
    test::PseudoTerminal terminal([] {
      const Terminal found = base::inspect_terminal(false, "xterm");
      const Terminal dumb = base::inspect_terminal(false, "dumb");
      const Terminal plain = base::inspect_terminal(true, "xterm");
      return found.input && found.output && found.messages && found.colors && found.columns == 80 &&
                     !dumb.colors && !plain.colors
                 ? 0
                 : 1;
    });
    CHECK(terminal.wait() == 0);
  }

  TEST_CASE("a question takes a line, and Enter is the default") {
    const std::pair<std::string, std::string> rows[] = {
        {"n\n", "<n>"}, {"\n", "<y>"}, {"  later \n", "<later>"}, {"x\x7fno\n", "<no>"}};
    for (const auto& [typed, answer] : rows) {
      test::PseudoTerminal terminal([] { return ask_in_child(false); });
      REQUIRE(terminal.expect("Update now? (y/n) [y] "));
      terminal.type(typed);
      CHECK(terminal.expect(answer));
      CHECK(terminal.wait() == 0);
    }
  }

  TEST_CASE("Ctrl-C, Ctrl-D, q and a signal cancel a question, and the terminal is as before") {
    for (const std::string typed : {"\x03", "ye\x03", "\x04", "q\n", "Q\n", "\x1c"}) {
      CAPTURE(typed);
      test::PseudoTerminal terminal([] { return ask_in_child(false); });
      REQUIRE(terminal.expect("[y] "));
      terminal.type(typed);
      CHECK(terminal.wait() == 130);
      CHECK(terminal.shown().find("echo is on") != std::string::npos);
    }
  }

  TEST_CASE("a password is not shown, and Ctrl-C and Ctrl-D cancel it") {
    test::PseudoTerminal terminal([] { return ask_in_child(true); });
    REQUIRE(terminal.expect("Password: "));
    terminal.type("q\n");
    CHECK(terminal.expect("<q>"));
    CHECK(terminal.wait() == 0);
    CHECK(terminal.shown() == "Password: \r\n<q>\r\n");
    for (const std::string typed : {"\x03", "secret\x03", "\x04"}) {
      CAPTURE(typed);
      test::PseudoTerminal cancelled([] { return ask_in_child(true); });
      REQUIRE(cancelled.expect("Password: "));
      cancelled.type(typed);
      CHECK(cancelled.wait() == 130);
      CHECK(cancelled.shown().find("echo is on") != std::string::npos);
      CHECK(cancelled.shown().find("secret") == std::string::npos);
    }
  }

  TEST_CASE("an answer without end is refused") {
    test::PseudoTerminal terminal([] { return ask_in_child(false); });
    REQUIRE(terminal.expect("[y] "));
    terminal.type(std::string(1025, 'x') + "\n");
    CHECK(terminal.wait() == base::exit_status(base::Errc::usage));
  }

  TEST_CASE("progress is drawn on a terminal, and gone at the end") {
    test::PseudoTerminal terminal([] {
      const Messages messages(std::cerr, base::inspect_terminal(false, "xterm"), Verbosity::normal);
      base::Progress progress(messages, "esbuild", 1000000);
      const auto start = std::chrono::steady_clock::now();
      while (std::chrono::steady_clock::now() - start < milliseconds(450)) {
        progress.advance(1);
      }
      progress.finish();
      std::cerr << "done" << std::endl;
      return 0;
    });
    CHECK(terminal.wait() == 0);
    CHECK(terminal.shown().find("\r\x1b[2Kesbuild [") != std::string::npos);
    CHECK(terminal.shown().ends_with("\r\x1b[2Kdone\r\n"));
    // Every 100 ms after the first 200: at most four in this time.
    std::size_t drawn = 0;
    for (auto at = terminal.shown().find("esbuild"); at != std::string::npos;
         at = terminal.shown().find("esbuild", at + 1)) {
      ++drawn;
    }
    CHECK(drawn >= 1);
    CHECK(drawn <= 4);
  }
}
