#pragma once

#include "base/file.hpp"
#include "manifest-schema/platform.hpp"
#include "releaser/config/formula_texts.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What cco-release.toml says, as plain structs. Their defaults are the defaults of the keys;
// config_keys.hpp has one line for each member.
namespace releaser {

using Argv = std::vector<std::string>;

struct ProductSettings {
  std::string name, description, homepage, license, maintainer;
};

struct VersionSettings {
  std::string scheme = "semver";
  std::vector<std::string> files;
};

struct BuildSettings {
  std::vector<std::string> platforms;
  std::string binary;
  std::vector<std::string> binaries;
  Argv command;
  std::map<std::string, std::string> env;
  std::vector<std::string> allow_libraries;
};

// [build.override.<platform>]: what is not given stands as in [build] and [agent].
struct OverrideSettings {
  std::string binary;
  std::vector<std::string> binaries;
  Argv command;
  std::map<std::string, std::string> env;
  std::string agent;
  std::string archive;  // its name; empty: as in [archive]
};

struct HookSettings {
  std::vector<Argv> before, after_stamp;
};

struct AgentSettings {
  std::string binary;  // empty: no agent, but `probe` holds for the installers
  std::vector<std::string> probe;
  std::vector<std::string> allow_libraries;
};

struct ChangelogSettings {
  std::string from = "file";
  std::string file = "CHANGELOG.md";
  std::vector<std::string> groups, include, exclude;  // of git
};

struct TagSettings {
  std::vector<Argv> checks;
};

struct ReleaseSettings {
  std::string notes_file;
  std::string header, footer;  // of the page of a release at its host
  std::vector<std::string> extra_files;
  bool critical = false;
  bool breaking_changes = false;
  std::string minimum_upgrade_from;
};

// One entry of [archive] files: a pattern and where its files stand in the archive.
struct FilePattern {
  std::string source;
  std::string destination;  // empty: the same relative path; ends with "/": a folder
  int line = 0;
};

struct ArchiveSettings {
  std::string name = "{name}-v{version}-{platform}";
  std::map<std::string, std::string> os_names, arch_names;
  std::vector<FilePattern> files;
  int level = 8;
  std::string agent_format;  // "tar.zst": also so; empty: the archive alone
};

struct SignSettings {
  std::string public_key, key;
  Argv command;                           // a program that signs, in place of key files
  std::vector<std::string> command_keys;  // public keys that it holds; empty: public_key
  std::vector<std::string> command_env;   // variables that it gets beside the usual ones
  std::string old_public_key, old_key;
  std::vector<std::string> former_public_keys, stolen_public_keys;
};

// [trust.keys]: public keys, a line "RW…" each. What is empty falls back as
// releaser/trust/policy.hpp says.
struct TrustKeySettings {
  std::vector<std::string> root, targets, stable, beta, nightly, online;
};

struct TrustSettings {
  std::string preset = "solo";
  std::string folder = "trust";
  std::string refresh = "none";
  TrustKeySettings keys;
};

// What a destination takes of a release. Assets: archives, their signatures and checksums. Site:
// manifests, metadata, pages and the installers that pin a release.
struct Carries {
  bool assets = false, site = false;
};

struct DestinationSettings {
  std::string type, name, path, url;
  // Hosts of releases and of repositories:
  std::string repository;                  // "owner/name"
  std::string token_env, token_file;       // the file where it is given
  std::string api_url, upload_url;         // without a slash at the end
  bool draft = false;                      // a person publishes it
  std::string remote, branch;              // of type git
  std::vector<std::string> carries_words;  // `carries`; empty: what the type carries
  bool metadata = false;                   // its public state is what the others follow
  bool optional = false;                   // may lag behind
  int line = 0;
  Carries carries;  // of carries_words and type
};

struct InstallerSettings {};
struct HomebrewSettings : FormulaTexts {
  std::string tap;  // empty: the formula is rendered, and pushed nowhere
  std::string token_env = "HOMEBREW_TAP_TOKEN", token_file;
  std::string api_url;  // for pull requests; empty: that of a host that is known
  bool versioned = false;
};
struct ScoopSettings {
  std::string bucket;
  std::string token_env = "SCOOP_BUCKET_TOKEN", token_file;
  std::string api_url;
};

struct Config {
  base::Path file;  // cco-release.toml, as it was opened
  base::Path root;  // the project's folder: relative paths in the file start here
  int schema = 0;
  ProductSettings product;
  VersionSettings version;
  BuildSettings build;
  std::map<std::string, OverrideSettings> overrides;  // by platform
  HookSettings hooks;
  std::optional<AgentSettings> agent;
  ReleaseSettings release;
  std::optional<ChangelogSettings> changelog;  // absent: notes come from release.notes_file alone
  TagSettings tag;
  ArchiveSettings archive;
  std::optional<SignSettings> sign;
  std::optional<TrustSettings> trust;  // absent: minisign only
  // The one that carries the metadata first, then as they are written.
  std::vector<DestinationSettings> destinations;
  std::optional<InstallerSettings> installers;
  std::optional<HomebrewSettings> homebrew;
  std::optional<ScoopSettings> scoop;

  std::vector<schema::Platform> platforms;        // of build.platforms, in its order
  std::map<std::string, int, std::less<>> lines;  // "build.platforms": 12

  // Where archives have their main address: the first that carries assets and must not fail;
  // nothing without destinations.
  [[nodiscard]] const DestinationSettings* asset_host() const;
  // "cco-release.toml:12" of a key, or of its section, or the file's name.
  [[nodiscard]] std::string place(std::string_view key) const;
  // A path of the file as the process can open it: "~/" is the home, relative ones start at root.
  [[nodiscard]] base::Path resolve(std::string_view path, std::string_view home) const;
};

// `file` where it is given, else cco-release.toml or .config/cco-release.toml in `directory` or the
// nearest folder above it, up to the root of its git repository. Above `directory` folders and
// files of other users are not taken. Throws Errc::config where there is none.
base::Path find_config(const std::optional<std::string>& file, const base::Path& directory);

inline constexpr std::size_t kMaxConfigBytes = 1024UL * 1024;

// Reads and checks a whole file; every problem is in the one Errc::config that it throws, a line
// each, "cco-release.toml:12: unknown key …; did you mean …?".
Config parse_config(std::string_view text, const base::Path& file);
Config load_config(const base::Path& file);

// JSON Schema (draft 2020-12) of cco-release.toml for editors, from the same table of keys.
std::string config_schema();
// docs/configuration.md, from that table too.
std::string config_reference();

// "a-z A-Z 0-9 . _ -", neither "." nor "..": what a file name in a release may be.
bool is_file_name(std::string_view name);

}  // namespace releaser
