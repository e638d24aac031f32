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
  std::string name;    // made of a-z, 0-9 and "-"
  std::string remote;  // of git, as homepage_of_remote() gives it
  std::string description, homepage, license, maintainer;
  BuildTool build_tool = BuildTool::none;
  std::string go_package = ".";  // with package main: ".", or "./cmd/tool"
  // Go: the variable of package main that -X sets to the version; empty where there is none.
  std::string go_version_variable;
  std::vector<std::string> archive_files;  // "README.md", "LICENSE*", those that exist
  bool has_changelog = false;              // CHANGELOG.md
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
// "owner/name" of such a web address at github.com; empty for any other.
std::string github_repository(std::string_view homepage);
// Where GitHub Pages show the branch gh-pages of "owner/name".
std::string github_pages_url(std::string_view repository);
// Of a Go module: the folder of its program, and the variable that -X may set.
void add_go_program(ProjectFacts& facts, const base::Path& folder);
// The first sentence of a README's first paragraph: without headings, badges, links and emphasis.
void add_readme(ProjectFacts& facts, std::string_view text);
// "@scope/My_Tool" -> "my-tool"
std::string product_name(std::string_view text);

// Reads Cargo.toml, package.json, go.mod, meson.build, README, LICENSE, the program of a Go module
// and the git remote of a folder, each file of at most 1 MiB.
ProjectFacts read_project(const base::Path& folder);

// "Name <mail>" of git's own configuration, or "".
std::string git_identity(const base::Path& folder);

}  // namespace releaser
