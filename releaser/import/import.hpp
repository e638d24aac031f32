#pragma once

#include "releaser/config/config.hpp"
#include "releaser/import/entry.hpp"
#include "releaser/init/project_facts.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// `init --from`: what another release tool's configuration says, in the words of cco-release.toml.
namespace releaser::import {

inline constexpr std::size_t kMaxNameBytes = 64;  // of a product, of a program

// The text of a file below the current folder, or nothing; the files that a pattern finds there.
struct Surroundings {
  std::function<std::optional<std::string>(const std::string& path)> read;
  std::function<std::vector<std::string>(const std::string& pattern)> expand;
  ProjectFacts facts;  // what the project's own files say
};

struct Import {
  Config config;                     // as the file says it, before it is checked
  std::vector<Note> notes;           // what was not carried over, by file and line
  std::string tool;                  // "GoReleaser"
  std::vector<std::string> sources;  // files that were of use
};

// `file` tells by its name whether it is GoReleaser's (.yaml, .yml) or cargo-dist's (.toml). Throws
// Errc::config "FILE:LINE: …" where the text is neither.
Import import_config(const std::string& text, const std::string& file, const Surroundings& around);

Import import_goreleaser(Entry root, const std::string& file, const Surroundings& around);
Import import_cargo_dist(Entry root, const std::string& file, const Surroundings& around);

// Paths as [build] or an override of it has them: one in `binary`, several in `binaries`.
void set_binaries(const std::vector<std::string>& paths, std::string& binary,
                  std::vector<std::string>& binaries);

// cco-release.toml with what the config says, short comments, and nothing of what it leaves to
// defaults; `sign_lines` as init writes them.
std::string imported_text(const Import& import, std::string_view sign_lines);

}  // namespace releaser::import
