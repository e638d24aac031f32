#include "base/text.hpp"
#include "releaser/commands/all_commands.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

#include <set>
#include <sstream>

namespace {

// The command line, as main builds it.
struct Sample {
  base::Environment environment{{}};
  std::ostringstream out, errors;
  releaser::Services services{.environment = environment,
                              .now = base::Time{},
                              .terminal = {},
                              .out = out,
                              .errors = errors,
                              .release_key = std::nullopt,
                              .release_password = std::nullopt};
  releaser::CommandLine command_line{services};
};

}  // namespace

TEST_SUITE("releaser/commands") {
  TEST_CASE("the help of every command") {
    const Sample sample;
    const base::Program& program = sample.command_line.program;
    test::check_golden("help/cco-release.txt", base::help_of(program));
    for (const base::Command& command : program.commands) {
      test::check_golden(
          base::cat("help/cco-release-", base::replace_all(command.name, " ", "-"), ".txt"),
          base::help_of(program, command));
    }
  }

  TEST_CASE("every command has an example, a summary of one line, and options that fit") {
    const Sample sample;
    const base::Program& program = sample.command_line.program;
    std::set<std::string> names;
    for (const base::Command& command : program.commands) {
      CAPTURE(command.name);
      CHECK_FALSE(command.examples.empty());
      CHECK(names.insert(command.name).second);
      for (const std::string& alias : command.aliases) {
        CHECK(names.insert(alias).second);
      }
      CHECK_FALSE(command.summary.empty());
      CHECK_FALSE(command.summary.ends_with("."));
      std::set<std::string> options;
      for (const auto& list : {command.options, program.common_options}) {
        for (const base::Option& option : list) {
          CAPTURE(option.name);
          CHECK(option.name.starts_with("--"));
          CHECK_FALSE(option.help.empty());
          CHECK((!option.short_name.empty() ? options.insert(option.short_name).second : true));
        }
      }
      for (const base::Example& example : command.examples) {
        CHECK(example.command.find("cco-release " + command.name) != std::string::npos);
      }
    }
  }

  TEST_CASE("completion and manual page know every command") {
    const Sample sample;
    const base::Program& program = sample.command_line.program;
    for (const base::Command& command : program.commands) {
      CHECK(base::man_page(program).find("cco\\-release " +
                                         base::replace_all(command.name, "-", "\\-")) !=
            std::string::npos);
    }
  }
}
