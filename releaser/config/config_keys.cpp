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
        "form of this file, always 1",
        "schema = 1"}},
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
        "name in file names, manifest and formula: a-z, 0-9 and \"-\", at most 64 characters",
        "name = \"esbuild\""},
       {"description",
        &S::description,
        {.required = true},
        "what it is, in one sentence",
        "description = \"An extremely fast bundler for the web\""},
       {"homepage",
        &S::homepage,
        {.required = true, .pattern = "^https://"},
        "web address of the product",
        "homepage = \"https://esbuild.github.io\""},
       {"license",
        &S::license,
        {.required = true},
        "SPDX expression, for example MIT or Apache-2.0 OR MIT; LicenseRef-… for terms of your own",
        "license = \"MIT\""},
       {"maintainer",
        &S::maintainer,
        {},
        "who answers for it: Name <mail@example.com>",
        "maintainer = \"Name <mail@example.com>\""}},
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
                                        "semver (1.4.0) or calver (2026.11.1)",
                                        "scheme = \"semver\""},
                                       {"files",
                                        &S::files,
                                        {},
                                        "files of the sources that name the version; "
                                        "`cco-release tag` holds them to it",
                                        "files = [\"Cargo.toml\"]"}},
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

const SectionKeys<ReleaseSettings>& release_keys() {
  using S = ReleaseSettings;
  static const SectionKeys<S> section{"release",
                                      SectionKind::table,
                                      !kRequired,
                                      "what is special about the version at hand",
                                      {{"notes_file",
                                        &S::notes_file,
                                        {.scope = Scope::release},
                                        "plain text, at most 4 KiB, shown before an update",
                                        "notes_file = \"notes/{version}.txt\""},
                                       {"header",
                                        &S::header,
                                        {.scope = Scope::release},
                                        "Markdown at the top of the release's page at its host",
                                        "header = \"Rocket {version} is out.\""},
                                       {"footer",
                                        &S::footer,
                                        {.scope = Scope::release},
                                        "the same at its end",
                                        "footer = \"Questions: https://example.com/forum\""},
                                       {"extra_files",
                                        &S::extra_files,
                                        {.scope = Scope::release},
                                        "files or patterns; assets of the release beside its "
                                        "archives, with checksum and signature",
                                        "extra_files = [\"docs/*.pdf\"]"},
                                       {"critical",
                                        &S::critical,
                                        {},
                                        "unattended updates ignore window and rollout",
                                        "critical = false"},
                                       {"breaking_changes",
                                        &S::breaking_changes,
                                        {},
                                        "users are asked first",
                                        "breaking_changes = false"},
                                       {"minimum_upgrade_from",
                                        &S::minimum_upgrade_from,
                                        {},
                                        "older installations go through this version first",
                                        "minimum_upgrade_from = \"1.0.0\""}},
                                      member_of(&Config::release)};
  return section;
}

const SectionKeys<ChangelogSettings>& changelog_keys() {
  using S = ChangelogSettings;
  static const SectionKeys<S> section{
      "changelog",
      SectionKind::table,
      !kRequired,
      "what is new in a version, for the notes that are shown before an update (unless notes_file "
      "has them) and for `cco-release changelog`",
      {{"from",
        &S::from,
        {.choices = {"file", "git"}},
        "file: the section of the version; git: the commits since the version before",
        "from = \"file\""},
       {"file", &S::file, {}, "where from is file", "file = \"CHANGELOG.md\""},
       {"groups",
        &S::groups,
        {},
        "titles, each with a regular expression of the commits below it; absent: features, bug "
        "fixes, performance of Conventional Commits",
        "groups = [\"Features: ^feat\", \"Bug fixes: ^fix\"]"},
       {"include",
        &S::include,
        {},
        "regular expressions; absent: all commits but those of exclude",
        "include = [\"^(feat|fix)\"]"},
       {"exclude",
        &S::exclude,
        {},
        "regular expressions; absent: merges, docs, tests, CI, style, builds and chores; breaking "
        "changes are always told",
        "exclude = [\"^docs:\", \"^test:\"]"}},
      optional_member_of(&Config::changelog)};
  return section;
}

const SectionKeys<TagSettings>& tag_keys() {
  using S = TagSettings;
  static const SectionKeys<S> section{"tag",
                                      SectionKind::table,
                                      !kRequired,
                                      "what holds before `cco-release tag` makes a tag",
                                      {{"checks",
                                        &S::checks,
                                        {},
                                        "commands that must end with 0: tests, an audit",
                                        "checks = [[\"make\", \"test\"]]"}},
                                      member_of(&Config::tag)};
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
        "level = 8"}},
      member_of(&Config::archive)};
  return section;
}

const SectionKeys<SignSettings>& sign_keys() {
  using S = SignSettings;
  static const SectionKeys<S> section{
      "sign",
      SectionKind::table,
      !kRequired,
      "minisign key of the stable channel; nothing is published without one (`cco-release keys "
      "new`)",
      {{"public_key",
        &S::public_key,
        {.required = true, .pattern = "^RW[A-Za-z0-9+/]{54}$"},
        "second line of the .pub file",
        "public_key = \"RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\""},
       {"key",
        &S::key,
        {},
        "key file, mode 600, outside of the repository; absent: its contents are in the variable "
        "CCO_RELEASE_KEY",
        "key = \"~/.config/cco-release/keys/esbuild.key\""},
       {"command",
        &S::command,
        {},
        "in place of `key`: a program that signs (a hardware key, a cloud KMS). It gets the "
        "message on standard input and writes the Ed25519 signature of 64 bytes to standard "
        "output, in base64 on one line; {key} is the public key that is wanted, {key_id} its "
        "number",
        "# command = [\"my-hsm-tool\", \"sign\", \"--slot\", \"{key_id}\"]"},
       {"command_keys",
        &S::command_keys,
        {},
        "public keys that the program of `command` holds, of [trust.keys] too; absent: public_key",
        "# command_keys = [\"RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\"]"},
       {"command_env",
        &S::command_env,
        {},
        "variables that the program gets beside HOME, LANG, LC_ALL, LOGNAME, PATH, TMPDIR, USER "
        "and XDG_RUNTIME_DIR",
        "# command_env = [\"AWS_REGION\", \"AWS_PROFILE\"]"},
       {"old_public_key",
        &S::old_public_key,
        {.pattern = "^RW[A-Za-z0-9+/]{54}$"},
        "while a key is changed: the one before, which signs each new file too, as "
        "<file>.<key id>.minisig, for those who know no other",
        "old_public_key = \"RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\""},
       {"old_key",
        &S::old_key,
        {},
        "key file of old_public_key; absent: by --key FILE, or in CCO_RELEASE_KEY",
        "old_key = \"~/.config/cco-release/keys/esbuild-old.key\""},
       {"former_public_keys",
        &S::former_public_keys,
        {},
        "keys that sign nothing any more; what they signed is still believed and can be installed",
        "former_public_keys = [\"RWQhIiMkJSYnKIhLiFf06qFhPGFQTbNNS+rzRlF6DjHePN3U2bQgHZ0L\"]"},
       {"stolen_public_keys",
        &S::stolen_public_keys,
        {},
        "keys that are believed no more: of what they signed, `publish` carries on what dist/ "
        "proves",
        "stolen_public_keys = [\"RWQxMjM0NTY3ONmhz7hJu05KLBoBRGFDaIPbOaiL6gH4aZryJf/NGkCr\"]"}},
      optional_member_of(&Config::sign)};
  return section;
}

const SectionKeys<TrustSettings>& trust_keys() {
  using S = TrustSettings;
  static const SectionKeys<S> section{
      "trust",
      SectionKind::table,
      !kRequired,
      "signed metadata (TUF) around the manifests, which [agent] needs; absent: minisign only "
      "(`cco-release trust init`)",
      {{"preset",
        &S::preset,
        {.choices = {"solo", "team", "ci-stable"}},
        "solo: one person, releases are signed outside of CI; team: two of three people sign; "
        "ci-stable: CI signs releases by itself",
        "preset = \"solo\""},
       {"folder",
        &S::folder,
        {},
        "root.json, targets.json and drafts of ceremonies: text files in the repository",
        "folder = \"trust\""},
       {"refresh",
        &S::refresh,
        {.choices = {"daily", "weekly", "none"}},
        "how often CI runs `cco-release trust refresh`; with none, every lifetime is 365 days",
        "refresh = \"weekly\""}},
      optional_member_of(&Config::trust)};
  return section;
}

const SectionKeys<TrustKeySettings>& trust_key_keys() {
  using S = TrustKeySettings;
  static const SectionKeys<S> section{
      "trust.keys",
      SectionKind::table,
      !kRequired,
      "public keys of the roles, second lines of .pub files; one key may serve several channels",
      {{"root",
        &S::root,
        {},
        "offline keys that say which keys count; solo and ci-stable: 1 of 2 signs, team: 2 of 3",
        "root = [\"RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\"]"},
       {"targets",
        &S::targets,
        {},
        "offline keys that say which keys sign a channel; absent: those of root",
        "targets = [\"RWQREhMUFRYXGNBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\"]"},
       {"stable",
        &S::stable,
        {},
        "keys of stable releases, the public_key of [sign] among them; absent: that one",
        "stable = [\"RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\"]"},
       {"beta",
        &S::beta,
        {},
        "keys of beta releases; absent: those of stable",
        "beta = [\"RWQBAgMEBQYHCAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\"]"},
       {"nightly",
        &S::nightly,
        {},
        "keys of nightly releases, a CI secret; absent: those of online",
        "nightly = [\"RWQhIiMkJSYnKIhLiFf06qFhPGFQTbNNS+rzRlF6DjHePN3U2bQgHZ0L\"]"},
       {"online",
        &S::online,
        {},
        "keys of snapshot and timestamp, a CI secret; absent: with ci-stable those of stable",
        "online = [\"RWQhIiMkJSYnKIhLiFf06qFhPGFQTbNNS+rzRlF6DjHePN3U2bQgHZ0L\"]"}},
      [](Config& config, const std::string&) -> S& { return config.trust->keys; }};
  return section;
}

const SectionKeys<DestinationSettings>& destination_keys() {
  using S = DestinationSettings;
  static const SectionKeys<S> section{
      "destination",
      SectionKind::array_of_tables,
      !kRequired,
      "where releases are published",
      {{"type",
        &S::type,
        {.required = true, .choices = {"directory", "git", "github", "gitea"}},
        "kind of destination",
        "type = \"directory\""},
       {"name", &S::name, {}, "its name in --skip and status; absent: the type", "name = \"site\""},
       {"path",
        &S::path,
        {},
        "folder that a web server, a bucket sync or a stick serves; made where it is not there; of "
        "a branch: the folder in it, else its root",
        "path = \"site\""},
       {"remote",
        &S::remote,
        {},
        "for type git: the repository, as owner/name (of github.com), an https:// or ssh address, "
        "or a path that begins with / or ./",
        "remote = \"evanw/esbuild\""},
       {"branch",
        &S::branch,
        {},
        "for type git: the branch that is served; absent: gh-pages",
        "branch = \"gh-pages\""},
       {"url",
        &S::url,
        {.pattern = "^https://"},
        "where users will find what is published; of github and gitea it follows from `repository`",
        "url = \"https://releases.example.com/esbuild\""},
       {"repository",
        &S::repository,
        {},
        "github, gitea: whose releases they are, as owner/name",
        "# repository = \"evanw/esbuild\""},
       {"token_env",
        &S::token_env,
        {},
        "github, gitea, git: the variable that holds the token, which programs that are run do not "
        "get; absent: GH_TOKEN, GITEA_TOKEN; of git GH_TOKEN, else GITHUB_TOKEN, for github.com "
        "and "
        "the host whose CI runs this",
        "# token_env = \"GH_TOKEN\""},
       {"token_file",
        &S::token_file,
        {},
        "github, gitea, git: a file that holds the token, in place of the variable",
        "# token_file = \"/run/secrets/gh-token\""},
       {"draft",
        &S::draft,
        {},
        "github, gitea: upload and verify, and leave it to a person to publish the draft; the next "
        "`publish` then goes on",
        "# draft = true"},
       {"api_url",
        &S::api_url,
        {.pattern = "^https://"},
        "github: of GitHub Enterprise, https://HOST/api/v3; absent: https://api.github.com; gitea "
        "(Forgejo, Codeberg) needs it: https://HOST/api/v1",
        "# api_url = \"https://github.example.com/api/v3\""},
       {"upload_url",
        &S::upload_url,
        {.pattern = "^https://"},
        "github: where the API says another host for uploads than uploads.HOST",
        "# upload_url = \"https://github.example.com/api/uploads\""},
       {"carries",
        &S::carries_words,
        {},
        "\"assets\" (archives and what is signed with them), \"site\" (manifests, metadata, pages, "
        "installers), or both; absent: both",
        "carries = [\"assets\", \"site\"]"},
       {"metadata",
        &S::metadata,
        {},
        "whether its public state is the one that the others follow; absent: the first that "
        "carries "
        "the site",
        "metadata = true"},
       {"optional",
        &S::optional,
        {},
        "whether a release becomes public also where this destination fails; it is made up for by "
        "the next run",
        "optional = false"}},
      [](Config& config, const std::string&) -> S& { return config.destinations.emplace_back(); }};
  return section;
}

const SectionKeys<InstallerSettings>& installer_keys() {
  static const SectionKeys<InstallerSettings> section{
      "installers", SectionKind::table,
      !kRequired,   "write install.sh and install.ps1",
      {},           optional_member_of(&Config::installers)};
  return section;
}

const SectionKeys<HomebrewSettings>& homebrew_keys() {
  using S = HomebrewSettings;
  static const SectionKeys<S> section{
      "homebrew",
      SectionKind::table,
      !kRequired,
      "write a formula for Homebrew, where macOS and Linux are both there",
      {{"tap",
        &S::tap,
        {},
        "repository that it is pushed to after everything else is public: owner/name (of "
        "github.com), an https:// or ssh address, or a path that begins with / or ./; absent: none",
        "tap = \"evanw/homebrew-tap\""},
       {"token_env",
        &S::token_env,
        {},
        "variable that has the token for its https:// host",
        "token_env = \"HOMEBREW_TAP_TOKEN\""},
       {"versioned",
        &S::versioned,
        {},
        "also name@1.2 for the newest release of each line 1.2 of channel stable, the last ten",
        "versioned = true"},
       {"depends", &S::depends, {}, "formulae that it needs", "depends = [\"git\"]"},
       {"caveats",
        &S::caveats,
        {},
        "what Homebrew shows after it is installed",
        "caveats = \"Run `esbuild --help` to begin\""},
       {"service",
        &S::service,
        {},
        "program of the archive and its arguments that `brew services` keeps running; absent: none",
        "service = [\"esbuild\", \"--serve\"]"},
       {"test",
        &S::test,
        {},
        "program of the archive and its arguments that has to end with 0 in `brew test`; the "
        "version is asked for always",
        "test = [\"esbuild\", \"--help\"]"}},
      optional_member_of(&Config::homebrew)};
  return section;
}

const SectionKeys<ScoopSettings>& scoop_keys() {
  using S = ScoopSettings;
  static const SectionKeys<S> section{
      "scoop",
      SectionKind::table,
      !kRequired,
      "write a manifest for Scoop, where Windows is there",
      {{"bucket",
        &S::bucket,
        {},
        "repository that it is pushed to after everything else is public, as [homebrew] tap; "
        "absent: none",
        "bucket = \"evanw/scoop-bucket\""},
       {"token_env",
        &S::token_env,
        {},
        "variable that has the token for its https:// host",
        "token_env = \"SCOOP_BUCKET_TOKEN\""}},
      optional_member_of(&Config::scoop)};
  return section;
}

}  // namespace releaser
