#pragma once

#include "manifest-schema/platform.hpp"
#include "releaser/archive/archive.hpp"
#include "releaser/binary/binary.hpp"
#include "releaser/config/config.hpp"
#include "releaser/config/placeholders.hpp"
#include "releaser/stages/identify.hpp"
#include "trust/digest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace releaser {

enum class BinaryRole { product, agent, product_and_agent };

struct InputBinary {
  base::Path source;  // as configured
  base::Path packed;  // what goes into the archive: `source`, or its stamped copy
  std::string name;   // in the archive, with ".exe" on Windows
  BinaryRole role = BinaryRole::product;
  Inspection inspection;
  trust::Sha256 sha256;  // of `packed`
};

// A delta of the largest binary, one of Run::extra_files.
struct DeltaFile {
  std::string name, format, path;
  trust::Sha256 from_sha256;
};

// One platform of the release: what goes in, and what came out of it.
struct Target {
  schema::Platform platform;
  std::string asset;  // file name of the archive
  std::vector<InputBinary> binaries;
  Argv command;                          // that builds them; empty: they are there
  std::vector<std::string> environment;  // for it: "NAME=value"
  PlaceholderValues values;
  schema::Requirements requirements;
  std::optional<PackedArchive> packed;
  std::optional<std::string> alternative;  // name of the same as tar.zst, one of Run::extra_files
  std::vector<DeltaFile> deltas;           // from earlier releases, by name
};

// The values of placeholders that do not depend on a platform.
PlaceholderValues release_values(const Config& config, const ReleaseIdentity& identity);

// A path for a command, which runs in the project's folder: absolute where that is not the current
// one.
std::string path_for_commands(const Config& config, const base::Path& path);

// [build] env and what the platform's override adds, filled: "NAME=value".
std::vector<std::string> environment_of(const Config& config, const schema::Platform& platform,
                                        const PlaceholderValues& values);

// zip on Windows, tar.gz elsewhere.
base::ArchiveFormat format_of(const schema::Platform& platform);

// Where the agent of a product lies in its archives: "esbuild-updater", or the product's own name.
std::string agent_name(const Config& config);

// Adds the agents that were not there when the targets were resolved, since a hook or a command
// made them.
void add_agents(const Config& config, std::vector<Target>& targets, std::string_view home);

// The command that every machine runs before it uses the release: [agent] probe, else the first
// binary with --version. Throws Errc::config if it begins with no binary of the platform.
std::vector<std::string> probe_of(const Config& config, const Target& target);

// What the configuration says for each platform, with all placeholders filled. Only an agent's file
// is looked for: a platform without one has no updater. Throws Errc::config for names that may not
// be public.
std::vector<Target> resolve_targets(const Config& config, const ReleaseIdentity& identity,
                                    std::string_view home);

}  // namespace releaser
