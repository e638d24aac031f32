#include "releaser/config/config_sections.hpp"

namespace releaser {

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

}  // namespace releaser
