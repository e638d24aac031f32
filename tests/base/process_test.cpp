#include "base/process.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

base::ProcessResult shell(const std::string& script, const base::ProcessOptions& options = {}) {
  return base::run_process({"sh", "-c", script}, options);
}

void make_script(const base::Path& path, unsigned mode = 0755) {
  base::write_file_atomically(path, "#!/bin/sh\necho ran\n", mode);
}

bool is_running(int process) {
  if (kill(process, 0) != 0) {
    return false;
  }
  // A zombie that nobody has reaped yet is dead, too.
  const auto status = base::read_file_if_exists(base::cat("/proc/", process, "/stat"), 4096);
  return status && status->find(") Z ") == std::string::npos;
}

}  // namespace

TEST_SUITE("base/process") {
  TEST_CASE("output, errors and status are told apart") {
    const auto result = shell("echo out; echo err >&2; exit 7");
    CHECK(result.output == "out\n");
    CHECK(result.errors == "err\n");
    CHECK(result.exit_status == 7);
    CHECK_FALSE(result.signal);
    CHECK_FALSE(result.timed_out);
  }

  TEST_CASE("arguments arrive as they are, without a shell") {
    const auto result = base::run_process({"printf", "%s|", "a b", "$HOME", "", "*", "'"});
    CHECK(result.output == "a b|$HOME||*|'|");
  }

  TEST_CASE("a signal is 128 and its number") {
    const auto result = shell("kill -TERM $$");
    CHECK(result.exit_status == 128 + SIGTERM);
    CHECK(result.signal == SIGTERM);
  }

  TEST_CASE("the environment is what is given, and PATH is the child's") {
    base::ProcessOptions options;
    options.environment = std::vector<std::string>{"PATH=/usr/bin:/bin", "ONLY=this"};
    CHECK(base::run_process({"env"}, options).output == "PATH=/usr/bin:/bin\nONLY=this\n");
    options.environment = std::vector<std::string>{"PATH=/nowhere"};
    CHECK(test::code_of([&] { base::run_process({"env"}, options); }) == base::Errc::not_found);
  }

  TEST_CASE("the directory is where it runs") {
    base::ProcessOptions options;
    options.directory = "/";
    CHECK(base::run_process({"pwd"}, options).output == "/\n");
    options.directory = "/none";
    CHECK(test::code_of([&] { base::run_process({"pwd"}, options); }) == base::Errc::not_found);
  }

  TEST_CASE("standard input is the given text, else empty") {
    CHECK(base::run_process({"cat"}).output.empty());
    base::ProcessOptions options;
    options.input = std::string(300'000, 'x') + "end";
    options.max_output = 1U << 20U;
    CHECK(base::run_process({"cat"}, options).output == options.input);
  }

  TEST_CASE("a program that does not read its input is no harm") {
    base::ProcessOptions options;
    options.input = std::string(1U << 20U, 'x');
    CHECK(shell("exec <&-; echo done", options).output == "done\n");
    CHECK(base::run_process({"true"}, options).exit_status == 0);
  }

  TEST_CASE("output beyond the limit is read and dropped") {
    base::ProcessOptions options;
    options.max_output = 1000;
    const auto result = shell("head -c 3000000 /dev/zero; echo done >&2", options);
    CHECK(result.output.size() == 1000);
    CHECK(result.errors == "done\n");
    CHECK(result.exit_status == 0);
  }

  TEST_CASE("a time-out ends the whole process group") {
    base::ProcessOptions options;
    options.timeout = milliseconds(300);
    const auto start = std::chrono::steady_clock::now();
    const auto result = shell("sleep 60 & echo $!; wait", options);
    CHECK(std::chrono::steady_clock::now() - start < seconds(20));
    CHECK(result.timed_out);
    CHECK(result.signal == SIGKILL);
    const auto grandchild = base::parse_decimal(base::trim(result.output));
    REQUIRE(grandchild);
    const int process = static_cast<int>(*grandchild);
    for (int i = 0; i < 1000 && is_running(process); ++i) {
      std::this_thread::sleep_for(milliseconds(5));  // the signal is on its way
    }
    CHECK_FALSE(is_running(process));
  }

  TEST_CASE("a flood of output does not outrun the time-out") {
    base::ProcessOptions options;
    options.timeout = milliseconds(200);
    options.max_output = 10;
    const auto result = base::run_process({"yes"}, options);
    CHECK(result.timed_out);
    CHECK(result.output.size() == 10);
  }

  TEST_CASE("a program that writes too much can be ended at once, with its group") {
    base::ProcessOptions options;
    options.timeout = seconds(100);
    options.max_output = 10;
    options.excess = base::Excess::ends_it;
    const auto flood = shell("sleep 100 | yes", options);
    CHECK(flood.wrote_too_much);
    CHECK_FALSE(flood.timed_out);
    CHECK(flood.output.size() == 10);
    const auto exact = shell("printf 0123456789", options);
    CHECK_FALSE(exact.wrote_too_much);
    CHECK(exact.exit_status == 0);
    CHECK(shell("printf 0123456789a", options).wrote_too_much);
  }

  TEST_CASE("what stays in the background with the pipes open is not waited for") {
    const auto start = std::chrono::steady_clock::now();
    const auto result = shell("sleep 5 & echo started");
    CHECK(result.output == "started\n");
    CHECK(std::chrono::steady_clock::now() - start < seconds(4));
  }

  TEST_CASE("what stays in the background ends with the program where that is asked for") {
    const auto lives = [](pid_t process) {
      try {
        const std::string text =
            base::read_file("/proc/" + std::to_string(process) + "/stat", 4096);
        const char state = text.at(text.rfind(')') + 2);
        return state != 'Z' && state != 'X';  // it may still wait for its reaper
      } catch (const base::Error&) {
        return false;
      }
    };
    const auto left_by = [](base::Background background) {
      const auto result = base::run_process({"/bin/sh", "-c", "sleep 600 & echo $!"},
                                            {.timeout = seconds(20), .background = background});
      return static_cast<pid_t>(std::stol(result.output));
    };
    const pid_t stays = left_by(base::Background::stays);
    CHECK(lives(stays));
    kill(stays, SIGKILL);
    const pid_t killed = left_by(base::Background::killed);
    const auto deadline = std::chrono::steady_clock::now() + seconds(10);
    while (lives(killed) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    CHECK_FALSE(lives(killed));
  }

  TEST_CASE("no descriptor but the standard streams passes to the program") {
    // Opened the way a careless library does.
    const base::FileDescriptor leaky(open("/dev/null", O_RDONLY));
    REQUIRE(leaky.is_open());
    const auto result = base::run_process({"ls", "/proc/self/fd"});
    // 3 is the listing's own.
    CHECK(result.output == "0\n1\n2\n3\n");
  }

  TEST_CASE("signals are as a program expects them") {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    struct sigaction before {};
    REQUIRE(sigaction(SIGPIPE, &ignore, &before) == 0);
    const auto result = base::run_process({"grep", "-E", "^Sig(Blk|Ign):", "/proc/self/status"});
    REQUIRE(sigaction(SIGPIPE, &before, nullptr) == 0);
    for (const std::string_view line : base::split_lines(result.output)) {
      const auto mask = std::stoull(std::string(base::trim(line.substr(7))), nullptr, 16);
      CHECK((mask >> (SIGPIPE - 1) & 1U) == 0);
    }
  }

  TEST_CASE("where SIGCHLD was ignored by whoever started us, ends are learnt all the same") {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    struct sigaction before {};
    REQUIRE(sigaction(SIGCHLD, &ignore, &before) == 0);
    const auto result = base::run_process({"sh", "-c", "exit 7"});
    REQUIRE(sigaction(SIGCHLD, &before, nullptr) == 0);
    CHECK(result.exit_status == 7);
  }

  TEST_CASE("a program that cannot run says why") {
    const base::TemporaryDirectory directory(std::filesystem::temp_directory_path(), "base-test-");
    const auto run = [&](const char* name) {
      return test::code_of([&] { base::run_process({(directory.path() / name).native()}); });
    };
    make_script(directory.path() / "plain", 0644);
    base::write_file_atomically(directory.path() / "text", "\x01\x02", 0755);
    base::write_file_atomically(directory.path() / "interpreter", "#!/none/sh\n", 0755);
    CHECK(run("none") == base::Errc::not_found);
    CHECK(run("plain") == base::Errc::cannot_write);
    CHECK(run("text") == base::Errc::config);
    CHECK(run("interpreter") == base::Errc::not_found);
    CHECK(test::code_of([] { base::run_process({}); }) == base::Errc::config);
    CHECK(test::code_of([] { base::run_process({"no-such-program-here"}); }) ==
          base::Errc::not_found);
  }

  TEST_CASE("a program still open for writing is tried again, but not for ever") {
    const base::TemporaryDirectory directory(std::filesystem::temp_directory_path(), "base-test-");
    const base::Path program = directory.path() / "program";
    // A copy of a real program: the kernel refuses it while it is open for writing.
    std::filesystem::copy_file("/bin/true", program);
    std::optional<base::FileDescriptor> writer(
        base::FileDescriptor(open(program.c_str(), O_WRONLY | O_CLOEXEC)));
    REQUIRE(writer->is_open());
    CHECK(test::code_of([&] { base::run_process({program.native()}); }) ==
          base::Errc::cannot_write);

    std::thread closer([&] {
      std::this_thread::sleep_for(milliseconds(150));
      writer.reset();
    });
    CHECK(test::code_of([&] { base::run_process({program.native()}); }) == base::Errc::done);
    closer.join();
  }

  TEST_CASE("PATH is searched without its empty and relative entries") {
    const base::TemporaryDirectory directory(std::filesystem::temp_directory_path(), "base-test-");
    const std::string path = directory.path().native();
    base::make_directories(directory.path() / "first/tool");
    base::make_directories(directory.path() / "second");
    make_script(directory.path() / "second/tool");
    make_script(directory.path() / "first/plain", 0644);
    const std::string search = path + "/first:" + path + "/second";
    CHECK(base::find_program("tool", search) == directory.path() / "second/tool");
    CHECK_FALSE(base::find_program("plain", search));
    CHECK_FALSE(base::find_program("tool", ":.:second"));
    CHECK_FALSE(base::find_program("", search));
    CHECK(base::find_program(path + "/second/tool", "") == directory.path() / "second/tool");
  }
}
