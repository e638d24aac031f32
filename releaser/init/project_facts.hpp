#pragma once

#include "base/file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

enum class BuildTool { none, cargo, go };

// What a project's own files say about it. Each is empty where nothing was found; nothing of it was
// checked, all of it is shown to a person in a file.
struct ProjectFacts {
  std::string name;  // made of a-z, 0-9 and "-"
  std::string description, homepage, license, maintainer;
  BuildTool build_tool = BuildTool::none;
  std::vector<std::string> archive_files;  // "README.md", "LICENSE*", those that exist
  std::vector<std::string> sources;        // files that were of use, for a message
};

// Each adds what the text of one file says, and changes nothing that is known already. A text that
// cannot be parsed adds nothing.
void add_cargo_toml(ProjectFacts& facts, std::string_view text);
void add_package_json(ProjectFacts& facts, std::string_view text);
void add_go_mod(ProjectFacts& facts, std::string_view text);
void add_meson_build(ProjectFacts& facts, std::string_view text);
// "git@github.com:owner/tool.git" -> "https://github.com/owner/tool"; a user name or a token in it
// is dropped. Empty for anything that is not a web address.
std::string homepage_of_remote(std::string_view remote);
// "@scope/My_Tool" -> "my-tool"
std::string product_name(std::string_view text);

// Reads Cargo.toml, package.json, go.mod, meson.build, LICENSE and the git remote of a folder, each
// of at most 1 MiB.
ProjectFacts read_project(const base::Path& folder);

}  // namespace releaser
