#include "agent/commands.hpp"
#include "agent/config.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "tests/support/golden.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <sstream>

namespace {

const agent::Services& no_services(const base::Arguments&) {
  throw base::Error(base::Errc::internal, "help needs no services");
}

base::Program program_of(std::ostream& out) {
  base::Program program;
  program.name = "tool-updater";
  program.version = "1.2.0";
  program.summary = "Installs, updates and rolls back tool.";
  for (auto&& commands :
       {agent::changing_commands(no_services), agent::reading_commands(no_services),
        agent::service_commands(no_services)}) {
    std::copy_if(commands.begin(), commands.end(), std::back_inserter(program.commands),
                 [](const base::Command& command) { return !command.hidden; });
  }
  program.commands.push_back(agent::version_command(std::nullopt, out));
  program.commands.push_back(agent::completion_command([] { return base::Program{}; }, out));
  agent::name_program_in_examples(program);
  return program;
}

// The table of docs/agent.md: a row a key.
std::string key_table() {
  std::string text = "| key | default | takes | what it does |\n|---|---|---|---|\n";
  for (const agent::ConfigKey& key : agent::config_keys()) {
    text += base::cat(
        "| `", key.name, "` | ",
        key.default_value.empty() ? std::string("unset") : base::cat("`", key.default_value, "`"),
        " | ", key.values, " | ", key.help, " |\n");
  }
  return text;
}

std::string docs_page(std::string_view name) {
  return base::read_file(test::source_root() / "docs" / name, 1 << 20);
}

}  // namespace

TEST_SUITE("agent/help") {
  TEST_CASE("each command has its help, with an example, in a golden file") {
    std::ostringstream out;
    const base::Program program = program_of(out);
    for (const base::Command& command : program.commands) {
      CAPTURE(command.name);
      CHECK(!command.examples.empty());
      test::check_golden(
          base::cat("agent/help/", base::replace_all(command.name, " ", "-"), ".txt"),
          base::help_of(program, command));
    }
  }

  TEST_CASE("docs/agent.md has the table of all configuration keys") {
    const std::string page = docs_page("agent.md");
    CHECK_MESSAGE(page.find(key_table()) != std::string::npos, key_table());
  }

  TEST_CASE("docs/agent.md names every command and every option") {
    std::ostringstream out;
    const std::string page = docs_page("agent.md");
    for (const base::Command& command : program_of(out).commands) {
      CAPTURE(command.name);
      CHECK(page.find(base::cat("`", command.name)) != std::string::npos);
      for (const base::Option& option : command.options) {
        CAPTURE(option.name);
        CHECK(page.find(option.name) != std::string::npos);
      }
    }
  }
}
