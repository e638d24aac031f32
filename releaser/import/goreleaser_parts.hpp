#pragma once

#include "manifest-schema/platform.hpp"
#include "releaser/import/go_template.hpp"
#include "releaser/import/import.hpp"

#include <map>
#include <set>

// The rooms of the GoReleaser import; goreleaser.cpp goes through them in order.
namespace releaser::import {

// One build of one system and processor.
struct GoTarget {
  std::string goos, goarch;
  std::string variant;      // of GOARM, GOAMD64, …: "7", "v1"
  std::string rust_target;  // of a Rust build, as it is written
  std::string platform;     // "linux-armv7"
};

struct GoBuild {
  Entry* node = nullptr;
  std::string id, binary, builder;
  std::vector<GoTarget> targets;
};

// What one platform's archive is made of.
struct PlatformParts {
  std::vector<std::size_t> builds;  // indices
  std::size_t archive = 0;          // index of the archive that names it
  GoTarget target;
};

struct GoReleaser {
  const std::string& file;
  const Surroundings& around;
  Entry root;
  Entry no_build;  // for a file without one: all defaults
  bool is_v2 = false;
  std::string project;  // project_name
  TemplateValues of_release;
  std::map<std::string, std::string> env;  // of the top of the file
  std::vector<GoBuild> builds;
  std::map<std::string, PlatformParts> platforms;  // by our name
  Import result;

  void note(int line, std::string_view key, std::string_view text);
  // "{version}", "{name}" for what the release alone knows; a note and nothing where it cannot be
  // told.
  std::optional<std::string> text_of(const Entry* node, std::string_view key);
  // With what is known of one target; os and processor as {goos} and {goarch} where they are that.
  std::optional<std::string> text_of(std::string_view text, const GoTarget& target,
                                     std::string& problem) const;
  [[nodiscard]] TemplateValues values_of(const GoTarget& target) const;
};

// A text in which no brace is a placeholder.
std::string without_placeholders(std::string_view text);
// "go mod tidy" -> its words; nothing where only a shell could run it.
std::optional<Argv> argv_of(std::string_view text);

void read_builds(GoReleaser& all);     // builds, universal_binaries: all.builds, all.platforms
void read_archives(GoReleaser& all);   // archives: [archive], which archive a platform has
void write_commands(GoReleaser& all);  // [build] and its overrides
void read_release(GoReleaser& all);    // release, changelog: [[destination]], [changelog]
void read_packages(GoReleaser& all);   // brews, scoops: [homebrew], [scoop]

}  // namespace releaser::import
