#pragma once

#include "releaser/init/project_facts.hpp"

#include <string>
#include <string_view>

namespace releaser {

// What goes into a new cco-release.toml beside the project's facts.
struct NewConfig {
  ProjectFacts facts;      // with a name
  std::string url;         // of the site
  std::string key_path;    // "~/.config/cco-release/keys/esbuild"
  std::string public_key;  // "RW…", or empty: the section is left as a comment
  // "owner/name" of github.com, which then has archives as releases and the site in a branch;
  // empty: a folder has both.
  std::string github;
};

// A commented cco-release.toml that explains every key and that parse_config() accepts.
std::string config_text(const NewConfig& config);

// Where the project's own tool puts the binary of a platform: "build/{platform}/tool{exe}".
std::string binary_path(const ProjectFacts& facts);

// [sign], as a comment where there is no key yet.
std::string sign_lines(const NewConfig& config);

// A TOML basic string, in its quotes.
std::string toml_text(std::string_view text);

}  // namespace releaser
