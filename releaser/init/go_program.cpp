#include "base/text.hpp"
#include "releaser/init/project_facts.hpp"
#include "releaser/init/project_text.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;

// Does a line of Go declare a text variable of this name: `var version = "dev"`, or the same
// between the brackets of `var (`?
bool declares_variable(std::string_view line, std::string_view name) {
  line = base::trim(line);
  if (line.starts_with("var ")) {
    line = base::trim(line.substr(4));
  }
  if (!line.starts_with(name)) {
    return false;
  }
  line = base::trim(line.substr(name.size()));
  if (line.starts_with("string")) {
    line = base::trim(line.substr(6));
    return line.empty() || line.starts_with("= \"") || line.starts_with("=\"");
  }
  return line.starts_with("= \"") || line.starts_with("=\"");
}

// Is there package main in the folder? Then also its variable for the version.
bool read_go_package(ProjectFacts& facts, const base::Path& folder) {
  bool is_program = false;
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return false;
  }
  for (const std::string& name : base::list_directory(folder)) {
    if (!name.ends_with(".go") || name.ends_with("_test.go")) {
      continue;
    }
    const std::string text = text_of_file(folder / name);
    const auto lines = base::split_lines(text);
    const bool is_main = std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
      return base::trim(line) == "package main";
    });
    if (!is_main) {
      continue;
    }
    is_program = true;
    for (const std::string_view variable : {"version", "Version", "appVersion", "buildVersion"}) {
      const bool is_there = std::any_of(lines.begin(), lines.end(), [&](std::string_view line) {
        return declares_variable(line, variable);
      });
      if (is_there) {
        set_if_empty(facts.go_version_variable, variable);
      }
    }
  }
  return is_program;
}

}  // namespace

void add_go_program(ProjectFacts& facts, const base::Path& folder) {
  if (facts.build_tool != BuildTool::go || read_go_package(facts, folder)) {
    return;
  }
  const base::Path commands = folder / "cmd";
  if (read_go_package(facts, commands / facts.name)) {
    facts.go_package = cat("./cmd/", facts.name);
    return;
  }
  std::error_code error;
  if (!std::filesystem::is_directory(commands, error)) {
    return;
  }
  const auto names = base::list_directory(commands);
  if (names.size() == 1 && read_go_package(facts, commands / names.front())) {
    facts.go_package = cat("./cmd/", names.front());
  }
}

}  // namespace releaser
