#pragma once

#include "releaser/config/config.hpp"
#include "releaser/config/placeholders.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

// The one table of cco-release.toml: from it come the reader, the errors about unknown keys, the
// JSON schema and docs/configuration.md. A new key is a member in config.hpp and a line in the
// config_keys_*.cpp of its section.
namespace releaser {

// Where a key's value goes; the member's type is the key's type.
template <class Section>
using Field =
    std::variant<std::string Section::*, std::vector<std::string> Section::*,
                 std::vector<Argv> Section::*, std::map<std::string, std::string> Section::*,
                 std::vector<FilePattern> Section::*, bool Section::*, int Section::*>;

// "a list of texts": the type of a key, for people.
template <class Kind>
constexpr std::string_view kind_name() {
  if constexpr (std::is_same_v<Kind, std::string>) return "a text";
  if constexpr (std::is_same_v<Kind, bool>) return "true or false";
  if constexpr (std::is_same_v<Kind, int>) return "an integer";
  if constexpr (std::is_same_v<Kind, std::vector<std::string>>) return "a list of texts";
  if constexpr (std::is_same_v<Kind, std::vector<Argv>>) {
    return "a list of commands, each a list of texts";
  }
  if constexpr (std::is_same_v<Kind, std::map<std::string, std::string>>) {
    return "a table of texts";
  }
  if constexpr (std::is_same_v<Kind, std::vector<FilePattern>>) {
    return "a list of files, each a text or { src = \"…\", dst = \"…\" }";
  }
}

struct KeyRules {
  bool required = false;
  Scope scope = Scope::none;                   // placeholders that its texts may hold
  std::vector<std::string_view> choices = {};  // allowed values; empty: any
  std::string_view pattern = {};               // for the schema; the reader checks it by code
  int minimum = 0, maximum = 0;                // of an integer
};

template <class Section>
struct Key {
  std::string_view name;
  Field<Section> field;
  KeyRules rules;
  std::string_view help;
  std::string_view example;  // a line of TOML, "# …" where it excludes one before it
};

enum class SectionKind { root, table, table_per_platform, array_of_tables };

template <class Section>
struct SectionKeys {
  std::string_view name;  // "product", "build.override", "trust.keys"
  SectionKind kind;
  bool required;
  std::string_view help;
  std::vector<Key<Section>> keys;
  // The section of a config that is being read; for tables a platform has, by its name.
  std::function<Section&(Config& config, const std::string& platform)> place;
};

// Calls `visit` with the SectionKeys of each section, in the order of the documentation.
template <class Visitor>
void visit_sections(Visitor&& visit);

const SectionKeys<Config>& root_keys();
const SectionKeys<ProductSettings>& product_keys();
const SectionKeys<VersionSettings>& version_keys();
const SectionKeys<BuildSettings>& build_keys();
const SectionKeys<OverrideSettings>& override_keys();
const SectionKeys<HookSettings>& hook_keys();
const SectionKeys<AgentSettings>& agent_keys();
const SectionKeys<ReleaseSettings>& release_keys();
const SectionKeys<ChangelogSettings>& changelog_keys();
const SectionKeys<TagSettings>& tag_keys();
const SectionKeys<ArchiveSettings>& archive_keys();
const SectionKeys<SignSettings>& sign_keys();
const SectionKeys<TrustSettings>& trust_keys();
const SectionKeys<TrustKeySettings>& trust_key_keys();
const SectionKeys<DestinationSettings>& destination_keys();
const SectionKeys<InstallerSettings>& installer_keys();
const SectionKeys<HomebrewSettings>& homebrew_keys();
const SectionKeys<ScoopSettings>& scoop_keys();

template <class Visitor>
void visit_sections(Visitor&& visit) {
  visit(root_keys());
  visit(product_keys());
  visit(version_keys());
  visit(build_keys());
  visit(override_keys());
  visit(hook_keys());
  visit(agent_keys());
  visit(release_keys());
  visit(changelog_keys());
  visit(tag_keys());
  visit(archive_keys());
  visit(sign_keys());
  visit(trust_keys());
  visit(trust_key_keys());
  visit(destination_keys());
  visit(installer_keys());
  visit(homebrew_keys());
  visit(scoop_keys());
}

}  // namespace releaser
