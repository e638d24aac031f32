#include "agent/probe.hpp"

#include "base/file.hpp"

#include <doctest/doctest.h>

using agent::holds_version;
using agent::ProbeFault;
using schema::Version;

namespace {

// A program that a shell runs: what the probe does with answers, crashes and hangs.
struct Program {
  base::TemporaryDirectory directory{std::filesystem::temp_directory_path(), "probe-"};
  explicit Program(std::string_view script) {
    base::write_file_atomically(directory.path() / "tool",
                                std::string("#!/bin/sh\n") + std::string(script), 0755);
  }
  [[nodiscard]] std::optional<agent::ProbeFailure> probe() const {
    return agent::probe_product(directory.path(), {"tool", "--version"}, Version::parse("1.2.3"),
                                {.environment = {"PATH=/usr/bin:/bin"},
                                 .timeouts = {std::chrono::seconds(1), std::chrono::seconds(1)}});
  }
};

}  // namespace

TEST_SUITE("agent/probe") {
  TEST_CASE("a version is found as a whole word only") {
    struct Row {
      const char* text;
      const char* version;
      bool holds;
    };
    const Row rows[] = {
        {"tool 1.2.3\n", "1.2.3", true},
        {"v1.2.3", "1.2.3", true},
        {"tool v1.2.3 (abc)", "1.2.3", true},
        {"tool/1.2.3, linux", "1.2.3", true},
        {"1.2.3.", "1.2.3", true},
        {"(1.2.3)", "1.2.3", true},
        {"11.2.3", "1.2.3", false},
        {"1.2.30", "1.2.3", false},
        {"1.2.3.4", "1.2.3", false},
        {"0.1.2.3", "1.2.3", false},
        {"1.2.3-beta.1", "1.2.3", false},
        {"1.2.3-beta.1", "1.2.3-beta.1", true},
        {"1.2.3-beta.10", "1.2.3-beta.1", false},
        {"dev1.2.3", "1.2.3", false},
        {"rev1.2.3", "1.2.3", false},
        {"1.2.4 1.2.30 1.2.3", "1.2.3", true},
        {"", "1.2.3", false},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      CHECK(holds_version(row.text, Version::parse(row.version)) == row.holds);
    }
  }

  TEST_CASE("a program that says its version is fit, on either stream") {
    CHECK_FALSE(Program("echo tool 1.2.3").probe().has_value());
    CHECK_FALSE(Program("echo tool 1.2.3 >&2").probe().has_value());
  }

  TEST_CASE("what is wrong with a program is told from a lie") {
    struct Row {
      const char* script;
      ProbeFault fault;
      const char* reason;
    };
    const Row rows[] = {
        {"echo tool 1.2.4", ProbeFault::lied,
         "tool --version does not say 1.2.3 but \"tool 1.2.4\""},
        {":", ProbeFault::lied, "tool --version does not say 1.2.3 but nothing"},
        {"kill -SEGV $$", ProbeFault::broken,
         "tool --version crashed with signal 11 (Segmentation fault)"},
        {"echo 1.2.3; echo no libx.so >&2; exit 127", ProbeFault::broken,
         "tool --version ended with status 127: no libx.so"},
        {"exec sleep 60", ProbeFault::hung, "tool --version did not end within 1 seconds"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.script);
      const auto failure = Program(row.script).probe();
      REQUIRE(failure.has_value());
      CHECK(failure->fault == row.fault);
      CHECK(failure->reason == row.reason);
    }
  }

  TEST_CASE("what it prints reaches a message without control characters") {
    const auto failure = Program("printf 'a\\033[31mb\\n'").probe();
    REQUIRE(failure.has_value());
    CHECK(failure->reason == "tool --version does not say 1.2.3 but \"a[31mb\"");
  }

  TEST_CASE("a probe never leaves the folder") {
    const Program program("echo 1.2.3");
    const auto failure = agent::probe_product(program.directory.path(), {"../../bin/true"},
                                              Version::parse("1.2.3"), {.environment = {}});
    REQUIRE(failure.has_value());
    CHECK(failure->fault == ProbeFault::lied);
  }

  TEST_CASE("a missing program and a missing interpreter are failures, not ends") {
    const Program program("echo 1.2.3");
    CHECK(agent::probe_product(program.directory.path(), {"other"}, Version::parse("1.2.3"),
                               {.environment = {}})
              ->fault == ProbeFault::broken);
    base::write_file_atomically(program.directory.path() / "odd", "#!/no/such/shell\n", 0755);
    CHECK(agent::probe_product(program.directory.path(), {"odd"}, Version::parse("1.2.3"),
                               {.environment = {}})
              ->fault == ProbeFault::broken);
  }
}
