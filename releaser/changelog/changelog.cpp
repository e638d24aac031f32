#include "releaser/changelog/changelog.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "releaser/changelog/section.hpp"

#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using schema::Version;
constexpr std::size_t kMaxChangelogBytes = 16UL * 1024 * 1024;
constexpr std::size_t kMaxLogBytes = 64UL * 1024 * 1024;
constexpr std::size_t kMostCommits = 10000;
constexpr std::size_t kMostVersionsInMessage = 5;

base::ProcessResult git(const base::Path& root, std::vector<std::string> arguments) {
  std::vector<std::string> argv{"git", "-C", root.empty() ? "." : root.string(), "-c",
                                "log.showSignature=false"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  base::ProcessOptions options;
  options.max_output = kMaxLogBytes;
  try {
    return base::run_process(argv, options);
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    throw Error(Errc::config, "the program git is not there; install it");
  }
}

std::string first_line(const std::string& errors) {
  return base::safe_text(errors.substr(0, errors.find('\n')), 200);
}

bool exists(const base::Path& root, const std::string& name) {
  return git(root, {"rev-parse", "--verify", "--quiet", cat(name, "^{commit}")}).exit_status == 0;
}

void require_history(const base::Path& root) {
  const auto shallow = git(root, {"rev-parse", "--is-shallow-repository"});
  if (shallow.exit_status != 0) {
    throw Error(Errc::config, cat("git knows nothing here (", first_line(shallow.errors),
                                  "); run in a clone, or take the changelog from a file: from = "
                                  "\"file\" in [changelog]"));
  }
  if (base::trim(shallow.output) == "true") {
    throw Error(Errc::config,
                "this clone is shallow, so git does not know what is new; fetch all of it (git "
                "fetch --unshallow --tags; fetch-depth: 0 in GitHub's checkout)");
  }
}

Changelog from_file(const Config& config, const std::optional<Version>& version) {
  const std::string name = config.changelog ? config.changelog->file : "CHANGELOG.md";
  const base::Path file = config.resolve(name, "");
  const auto text = base::read_file_if_exists(file, kMaxChangelogBytes);
  if (!text) throw Error(Errc::not_found, cat(name, " is not there; write it"));
  std::optional<std::string> section;
  if (version) section = section_of(*text, *version, config.product.name);
  const bool may_be_other = !version || version->is_prerelease();
  if (!section && version && version->is_prerelease())
    section = section_of(*text, version->core(), config.product.name);
  if (!section && may_be_other) section = unreleased_section(*text);
  const std::string wanted = version ? version->text() : "Unreleased";
  if (!section) {
    std::vector<std::string> known;
    for (const Version& each : versions_in(*text, config.product.name))
      known.push_back(each.text());
    throw Error(Errc::not_found, cat(name, " has no section ", wanted, "; write \"## [", wanted,
                                     "]\" and what is new", known.empty() ? "" : "; it has ",
                                     base::join_first(known, kMostVersionsInMessage)));
  }
  if (section->empty()) {
    throw Error(Errc::not_found,
                cat("the section ", wanted, " of ", name, " is empty; write what is new"));
  }
  return {ChangelogSource::file, std::move(*section), {}};
}

CommitRules rules_of(const Config& config) {
  CommitRules rules = default_rules();
  if (!config.changelog) return rules;
  const ChangelogSettings& settings = *config.changelog;
  if (!settings.groups.empty()) rules.groups.clear();
  for (const std::string& group : settings.groups)
    rules.groups.push_back(parse_group(group));
  if (!settings.exclude.empty()) rules.exclude = settings.exclude;
  rules.include = settings.include;
  return rules;
}

Changelog from_git(const Config& config, const std::optional<Version>& version,
                   const std::optional<std::string>& since) {
  const base::Path& root = config.root;
  require_history(root);
  std::string until = "HEAD";
  if (version && exists(root, cat("refs/tags/v", version->text())))
    until = cat("refs/tags/v", version->text());
  Changelog changelog{ChangelogSource::git, {}, since.value_or("")};
  if (!since) changelog.since = tag_below(root, until, version);
  std::string text =
      render_commits(commits_between(root, changelog.since, until), rules_of(config));
  while (text.ends_with('\n'))
    text.pop_back();
  changelog.text = std::move(text);
  return changelog;
}

}  // namespace

ChangelogSource changelog_source(const Config& config) {
  if (config.changelog)
    return config.changelog->from == "git" ? ChangelogSource::git : ChangelogSource::file;
  const bool has_file =
      base::type_of(config.resolve("CHANGELOG.md", "")) == std::filesystem::file_type::regular;
  return has_file ? ChangelogSource::file : ChangelogSource::git;
}

Changelog read_changelog(const Config& config, const std::optional<Version>& version,
                         const std::optional<std::string>& since) {
  const bool is_of_git = changelog_source(config) == ChangelogSource::git || since;
  return is_of_git ? from_git(config, version, since) : from_file(config, version);
}

std::vector<Commit> commits_between(const base::Path& root, const std::string& since,
                                    const std::string& until) {
  // An option could hide in a name.
  if (!since.empty() && (since.starts_with('-') || !exists(root, since))) {
    throw Error(Errc::not_found, cat("git has no tag ", base::safe_text(since, 100),
                                     "; git tag lists those it has"));
  }
  const std::string range = since.empty() ? until : cat(since, "..", until);
  const auto log = git(root, {"log", cat("--format=", kLogFormat), cat("-n", kMostCommits), range});
  if (log.exit_status != 0) throw Error(Errc::config, cat("git log: ", first_line(log.errors)));
  return parse_log(log.output);
}

std::string tag_below(const base::Path& root, const std::string& commit,
                      const std::optional<Version>& version) {
  const auto listed = git(root, {"tag", "--list", "v*", "--merged", commit});
  std::optional<Version> newest;
  for (const std::string_view tag : base::split_lines(listed.output)) {
    const auto each = Version::try_parse(tag);
    if (!each || (version && !(*each < *version))) continue;
    // What is stable tells all since the last stable one.
    if (version && !version->is_prerelease() && each->is_prerelease()) continue;
    if (!newest || *newest < *each) newest = each;
  }
  return newest ? cat("v", newest->text()) : "";
}

}  // namespace releaser
