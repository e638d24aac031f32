#include "releaser/config/config_keys.hpp"

namespace releaser {
namespace {

constexpr bool kRequired = true;

template <class Section>
auto member_of(Section Config::*member) {
  return [member](Config& config, const std::string&) -> Section& { return config.*member; };
}

template <class Section>
auto optional_member_of(std::optional<Section> Config::*member) {
  return [member](Config& config, const std::string&) -> Section& {
    return (config.*member).emplace();
  };
}

}  // namespace

const SectionKeys<Config>& root_keys() {
  static const SectionKeys<Config> section{
      "",
      SectionKind::root,
      kRequired,
      "how to make and publish releases of one product",
      {{"schema",
        &Config::schema,
        {.required = true, .minimum = 1, .maximum = 1},
        "form of this file: 1"}},
      [](Config& config, const std::string&) -> Config& { return config; }};
  return section;
}

const SectionKeys<ProductSettings>& product_keys() {
  using S = ProductSettings;
  static const SectionKeys<S> section{
      "product",
      SectionKind::table,
      kRequired,
      "what is released",
      {{"name",
        &S::name,
        {.required = true, .pattern = "^[a-z0-9][a-z0-9-]*$"},
        "name in file names, manifest and formula"},
       {"description", &S::description, {.required = true}, "one sentence"},
       {"homepage", &S::homepage, {.required = true, .pattern = "^https://"}, "web address"},
       {"license", &S::license, {.required = true}, "SPDX expression, for example MIT"},
       {"maintainer", &S::maintainer, {}, "Name <mail@example.com>"}},
      member_of(&Config::product)};
  return section;
}

const SectionKeys<VersionSettings>& version_keys() {
  using S = VersionSettings;
  static const SectionKeys<S> section{"version",
                                      SectionKind::table,
                                      !kRequired,
                                      "how versions are numbered",
                                      {{"scheme",
                                        &S::scheme,
                                        {.choices = {"semver", "calver"}},
                                        "semver (1.4.0) or calver (2026.11.1)"}},
                                      member_of(&Config::version)};
  return section;
}

const SectionKeys<BuildSettings>& build_keys() {
  using S = BuildSettings;
  static const SectionKeys<S> section{
      "build",
      SectionKind::table,
      kRequired,
      "where the binaries come from",
      {{"platforms", &S::platforms, {.required = true}, "platforms, each os-arch or os-arch-musl"},
       {"binary", &S::binary, {.scope = Scope::platform}, "path of the binary"},
       {"binaries", &S::binaries, {.scope = Scope::platform}, "paths, where there are several"},
       {"command",
        &S::command,
        {.scope = Scope::binary},
        "argv that builds one platform; absent: the binaries are there already"},
       {"env", &S::env, {.scope = Scope::binary}, "variables for command and after_stamp"},
       {"allow_libraries",
        &S::allow_libraries,
        {},
        "shared libraries that a binary may need beyond the system's own"}},
      member_of(&Config::build)};
  return section;
}

const SectionKeys<OverrideSettings>& override_keys() {
  using S = OverrideSettings;
  static const SectionKeys<S> section{
      "build.override",
      SectionKind::table_per_platform,
      !kRequired,
      "what differs on one platform",
      {{"binary", &S::binary, {.scope = Scope::platform}, "as in [build]"},
       {"binaries", &S::binaries, {.scope = Scope::platform}, "as in [build]"},
       {"command", &S::command, {.scope = Scope::binary}, "as in [build]"},
       {"env", &S::env, {.scope = Scope::binary}, "added to that of [build]"},
       {"agent", &S::agent, {.scope = Scope::platform}, "as binary in [agent]"}},
      [](Config& config, const std::string& platform) -> S& { return config.overrides[platform]; }};
  return section;
}

const SectionKeys<HookSettings>& hook_keys() {
  using S = HookSettings;
  static const SectionKeys<S> section{
      "hooks",
      SectionKind::table,
      !kRequired,
      "commands of your own, each an argv",
      {{"before", &S::before, {.scope = Scope::release}, "run once, before anything is built"},
       {"after_stamp",
        &S::after_stamp,
        {.scope = Scope::binary},
        "run for each binary after it was stamped, for example a code signature"}},
      member_of(&Config::hooks)};
  return section;
}

const SectionKeys<AgentSettings>& agent_keys() {
  using S = AgentSettings;
  static const SectionKeys<S> section{
      "agent",
      SectionKind::table,
      !kRequired,
      "the program that updates the product on a user's machine",
      {{"binary",
        &S::binary,
        {.scope = Scope::binary},
        "compiled agent, packed as <name>-updater; \"{binary}\": the product is its own agent"},
       {"probe",
        &S::probe,
        {},
        "run before an installation or update is used; ends with 0, its output holds the version"},
       {"allow_libraries",
        &S::allow_libraries,
        {},
        "shared libraries that the agent may need beyond the system's own"}},
      optional_member_of(&Config::agent)};
  return section;
}

const SectionKeys<ReleaseSettings>& release_keys() {
  using S = ReleaseSettings;
  static const SectionKeys<S> section{
      "release",
      SectionKind::table,
      !kRequired,
      "what is special about the version at hand",
      {{"notes_file",
        &S::notes_file,
        {.scope = Scope::release},
        "plain text, at most 4 KiB, shown before an update"},
       {"critical", &S::critical, {}, "unattended updates ignore window and rollout"},
       {"breaking_changes", &S::breaking_changes, {}, "users are asked first"},
       {"minimum_upgrade_from",
        &S::minimum_upgrade_from,
        {},
        "older installations go through this version first"}},
      member_of(&Config::release)};
  return section;
}

const SectionKeys<ArchiveSettings>& archive_keys() {
  using S = ArchiveSettings;
  static const SectionKeys<S> section{
      "archive",
      SectionKind::table,
      !kRequired,
      "what is packed beside the binaries",
      {{"name",
        &S::name,
        {.scope = Scope::platform},
        "name of an archive, without .tar.gz or .zip"},
       {"arch_names", &S::arch_names, {}, "other words for {arch} in archive names"},
       {"files",
        &S::files,
        {.scope = Scope::release},
        "files or patterns; { src = \"man/*.1\", dst = \"man/\" } puts them elsewhere"},
       {"level", &S::level, {.minimum = 1, .maximum = 12}, "compression, 1 (fast) to 12 (small)"}},
      member_of(&Config::archive)};
  return section;
}

const SectionKeys<SignSettings>& sign_keys() {
  using S = SignSettings;
  static const SectionKeys<S> section{
      "sign",
      SectionKind::table,
      !kRequired,
      "minisign key of the stable channel (cco-release keys new makes one)",
      {{"public_key",
        &S::public_key,
        {.required = true, .pattern = "^RW[A-Za-z0-9+/]{54}$"},
        "second line of the .pub file"},
       {"key", &S::key, {}, "key file; absent: its contents are in the variable CCO_RELEASE_KEY"}},
      optional_member_of(&Config::sign)};
  return section;
}

const SectionKeys<DestinationSettings>& destination_keys() {
  using S = DestinationSettings;
  static const SectionKeys<S> section{
      "destination",
      SectionKind::array_of_tables,
      !kRequired,
      "where releases are published",
      {{"type", &S::type, {.required = true, .choices = {"directory"}}, "kind of destination"},
       {"name", &S::name, {}, "its name in --skip and status; the type where absent"},
       {"path", &S::path, {}, "folder that a web server or a stick serves"},
       {"url",
        &S::url,
        {.required = true, .pattern = "^https://"},
        "where users will find what is published"}},
      [](Config& config, const std::string&) -> S& { return config.destinations.emplace_back(); }};
  return section;
}

const SectionKeys<InstallerSettings>& installer_keys() {
  static const SectionKeys<InstallerSettings> section{
      "installers", SectionKind::table,
      !kRequired,   "install.sh and install.ps1",
      {},           optional_member_of(&Config::installers)};
  return section;
}

const SectionKeys<HomebrewSettings>& homebrew_keys() {
  static const SectionKeys<HomebrewSettings> section{
      "homebrew", SectionKind::table,
      !kRequired, "formula for Homebrew",
      {},         optional_member_of(&Config::homebrew)};
  return section;
}

const SectionKeys<ScoopSettings>& scoop_keys() {
  static const SectionKeys<ScoopSettings> section{"scoop",    SectionKind::table,
                                                  !kRequired, "manifest for Scoop",
                                                  {},         optional_member_of(&Config::scoop)};
  return section;
}

}  // namespace releaser
