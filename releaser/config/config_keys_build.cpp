#include "releaser/config/config_sections.hpp"

namespace releaser {

const SectionKeys<BuildSettings>& build_keys() {
  using S = BuildSettings;
  static const SectionKeys<S> section{
      "build",
      SectionKind::table,
      kRequired,
      "where the binaries come from",
      {{"platforms",
        &S::platforms,
        {.required = true},
        "platforms of the release, by their names in the table of platforms",
        "platforms = [\"darwin-arm64\", \"linux-x86_64\", \"windows-arm64\"]"},
       {"binary",
        &S::binary,
        {.scope = Scope::platform},
        "path of the binary of a platform; required unless binaries is given",
        "binary = \"artifacts/{platform}/esbuild{exe}\""},
       {"binaries",
        &S::binaries,
        {.scope = Scope::platform},
        "paths instead of binary, where a platform has several",
        "# binaries = [\"artifacts/{platform}/one{exe}\", \"artifacts/{platform}/two{exe}\"]"},
       {"command",
        &S::command,
        {.scope = Scope::binary},
        "program and arguments that build one platform, without a shell, run once a platform; "
        "absent: the binaries are there already",
        "command = [\"go\", \"build\", \"-o\", \"{binary}\"]"},
       {"env",
        &S::env,
        {.scope = Scope::binary},
        "variables for command, beside those of the environment",
        "env = { GOOS = \"{goos}\", GOARCH = \"{goarch}\" }"},
       {"allow_libraries",
        &S::allow_libraries,
        {},
        "shared libraries that a binary may need beyond the system's own; any other is refused",
        "allow_libraries = [\"libssl.so.3\"]"}},
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
      {{"binary",
        &S::binary,
        {.scope = Scope::platform},
        "instead of binary and binaries in [build]",
        "binary = \"elsewhere/esbuild.exe\""},
       {"binaries",
        &S::binaries,
        {.scope = Scope::platform},
        "instead of binary and binaries in [build]",
        "# binaries = [\"elsewhere/one.exe\", \"elsewhere/two.exe\"]"},
       {"command",
        &S::command,
        {.scope = Scope::binary},
        "instead of command in [build]",
        "command = [\"make\", \"OUT={binary}\", \"windows\"]"},
       {"env",
        &S::env,
        {.scope = Scope::binary},
        "added to env in [build]; the same name replaces its value",
        "env = { CGO_ENABLED = \"0\" }"},
       {"agent",
        &S::agent,
        {.scope = Scope::platform},
        "instead of binary in [agent]",
        "agent = \"agents/other.exe\""},
       {"archive",
        &S::archive,
        {.scope = Scope::platform},
        "instead of name in [archive]",
        "archive = \"{name}-{version}-win-arm\""}},
      [](Config& config, const std::string& platform) -> S& { return config.overrides[platform]; }};
  return section;
}

const SectionKeys<HookSettings>& hook_keys() {
  using S = HookSettings;
  static const SectionKeys<S> section{
      "hooks",
      SectionKind::table,
      !kRequired,
      "commands of your own, each a program and its arguments, without a shell",
      {{"before",
        &S::before,
        {.scope = Scope::release},
        "run once, before anything is built",
        "before = [[\"go\", \"generate\"]]"},
       {"after_stamp",
        &S::after_stamp,
        {.scope = Scope::binary},
        "run for each binary after it was stamped, for example a code signature",
        "after_stamp = [[\"codesign\", \"-s\", \"-\", \"{binary}\"]]"}},
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
        "compiled agent, stamped and packed as <name>-updater; a platform without that file has no "
        "updater; \"{binary}\": the product is its own agent; absent: probe alone",
        "binary = \"agents/cco-{platform}{exe}\""},
       {"probe",
        &S::probe,
        {},
        "run before an installation or update is used; ends with 0, its output holds the version",
        "probe = [\"esbuild\", \"--version\"]"},
       {"allow_libraries",
        &S::allow_libraries,
        {},
        "shared libraries that the agent may need beyond the system's own",
        "allow_libraries = [\"libcurl.so.4\"]"}},
      optional_member_of(&Config::agent)};
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
        "name of an archive, without .tar.gz or .zip",
        "name = \"{name}-v{version}-{platform}\""},
       {"os_names",
        &S::os_names,
        {},
        "other words for {os} in archive names",
        "os_names = { darwin = \"macos\" }"},
       {"arch_names",
        &S::arch_names,
        {},
        "other words for {arch} in archive names",
        "arch_names = { x86_64 = \"amd64\" }"},
       {"files",
        &S::files,
        {.scope = Scope::release},
        "files, or patterns with *, ?, [a-z] and **; { src = \"man/*.1\", dst = \"man/\" } puts "
        "them elsewhere",
        "files = [\"README.md\", \"LICENSE*\", { src = \"man/*.1\", dst = \"man/\" }]"},
       {"level",
        &S::level,
        {.minimum = 1, .maximum = 12},
        "compression, 1 (fast) to 12 (small)",
        "level = 8"},
       {"agent_format",
        &S::agent_format,
        {.choices = {"tar.gz", "tar.zst"}},
        "\"tar.zst\": agents fetch that, 15 to 25 % smaller, which is written beside each tar.gz; "
        "absent: the tar.gz",
        "agent_format = \"tar.zst\""}},
      member_of(&Config::archive)};
  return section;
}

}  // namespace releaser
