#include "agent/service/service_log.hpp"

#include "base/text.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <filesystem>

namespace {

using agent::LogLevel;

struct Logged {
  base::TemporaryDirectory directory{std::filesystem::temp_directory_path(), "service-log."};
  base::Path file = directory.path() / "7311.log";
  std::string echo;

  agent::ServiceLog log(agent::ServiceLog::Limits limits, LogLevel level = LogLevel::info) {
    return {file, limits, level, [this](std::string_view line) { echo += line; }};
  }
  [[nodiscard]] std::string text(const std::string& suffix = "") const {
    return base::read_file_if_exists(file.native() + suffix, 1 << 20).value_or("(none)");
  }
};

}  // namespace

TEST_SUITE("agent/service/service_log") {
  TEST_CASE("a line has its time and level, and whatever it says it is one line") {
    Logged logged;
    const agent::ServiceLog log = logged.log({});
    log.write(LogLevel::warning, test::now(), "two\nlines \x1b[31mred\x1b[0m\n");
    log.write(LogLevel::debug, test::now(), "left out");
    CHECK(logged.text() ==
          base::cat(base::format_time(test::now()), " warning two lines [31mred[0m\n"));
    CHECK(logged.echo == logged.text());
  }

  TEST_CASE("a full file makes room, and the oldest goes") {
    Logged logged;
    const agent::ServiceLog log = logged.log({.bytes = 100, .files = 3});
    for (int i = 0; i < 9; ++i) {
      log.write(LogLevel::info, test::now(), base::cat("line ", i));
    }
    // Three lines of 33 bytes a file.
    CHECK(logged.text().find("line 6") != std::string::npos);
    CHECK(logged.text(".1").find("line 3") != std::string::npos);
    CHECK(logged.text(".2").find("line 0") != std::string::npos);
    CHECK(logged.text(".3") == "(none)");
    log.write(LogLevel::info, test::now(), "line 9");
    CHECK(logged.text(".2").find("line 3") != std::string::npos);
    CHECK(logged.text(".3") == "(none)");
    for (const auto& entry : std::filesystem::directory_iterator(logged.directory.path())) {
      CHECK(entry.file_size() <= 100);
    }
  }

  TEST_CASE("a log that cannot be written is still echoed") {
    Logged logged;
    logged.file = logged.directory.path() / "missing" / "7311.log";
    logged.log({}).write(LogLevel::error, test::now(), "disk gone");
    CHECK(logged.echo.ends_with("error disk gone\n"));
  }

  TEST_CASE("the last lines reach back into the file before") {
    Logged logged;
    const agent::ServiceLog log = logged.log({.bytes = 100, .files = 3});
    for (int i = 0; i < 7; ++i) {
      log.write(LogLevel::info, test::now(), base::cat("line ", i));
    }
    const std::string last = agent::last_lines(logged.file, 3);
    CHECK(base::split_lines(last).size() == 3);
    CHECK(last.find("line 4") != std::string::npos);
    CHECK(last.ends_with("line 6\n"));
    CHECK(base::split_lines(agent::last_lines(logged.file, 50)).size() == 4);
    CHECK(agent::last_lines(logged.file, 0).empty());
    CHECK(agent::last_lines(logged.directory.path() / "none.log", 5).empty());
  }
}
