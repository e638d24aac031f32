#include "releaser/config/config_sections.hpp"

namespace releaser {

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
       {"token_file",
        &S::token_file,
        {},
        "a file that holds the token, in place of the variable",
        "# token_file = \"/run/secrets/tap-token\""},
       {"api_url",
        &S::api_url,
        {},
        "API of its host, for a pull request where the branch is protected; absent: known for "
        "github.com, codeberg.org and hosts of a [[destination]]",
        "# api_url = \"https://git.example.com/api/v1\""},
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
        "token_env = \"SCOOP_BUCKET_TOKEN\""},
       {"token_file",
        &S::token_file,
        {},
        "a file that holds the token, in place of the variable",
        "# token_file = \"/run/secrets/bucket-token\""},
       {"api_url",
        &S::api_url,
        {},
        "as in [homebrew]",
        "# api_url = \"https://git.example.com/api/v1\""}},
      optional_member_of(&Config::scoop)};
  return section;
}

}  // namespace releaser
