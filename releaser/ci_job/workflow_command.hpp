#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Lines of a log that a runner obeys: "::error file=a.toml,line=3::text".
// Source: docs.github.com, "Workflow commands for GitHub Actions"; Gitea and Forgejo read the same.
namespace releaser {

// Properties that are empty are left out. Nothing in a value or the message ends the command or
// begins another one. The line end is not part of it.
std::string workflow_command(std::string_view name,
                             const std::vector<std::pair<std::string, std::string>>& properties,
                             std::string_view message);

// The line that a message names: 12 in "check: cco-release.toml:12: unknown key".
//   file_name  "cco-release.toml"
std::optional<std::string> line_named(std::string_view message, std::string_view file_name);

// What is wrong, each by itself: the lines below "3 problems:" and below "1 of 2 destinations
// failed; …:"; any other message is one.
std::vector<std::string> parts_of(std::string_view message);

}  // namespace releaser
