#pragma once

#include "releaser/import/goreleaser_parts.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

// How GoReleaser builds a platform, as a command.
namespace releaser::import {

// What builds one platform.
struct Recipe {
  std::vector<std::string> binaries;
  Argv command;
  std::map<std::string, std::string> env;

  bool operator==(const Recipe&) const = default;
};

// Why the builds cannot be written as commands; nothing where they can.
std::optional<std::string> obstacle_of_builds(GoReleaser& all);

// Only where nothing is in the way. What cannot be told of a key becomes a note.
Recipe recipe_of(GoReleaser& all, const std::string& platform, const PlatformParts& parts);

// Where `goreleaser build` puts a binary: below its dist folder.
Recipe built_elsewhere(GoReleaser& all, const PlatformParts& parts);

}  // namespace releaser::import
