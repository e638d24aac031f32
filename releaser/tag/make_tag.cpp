#include "releaser/tag/make_tag.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "releaser/changelog/changelog.hpp"
#include "releaser/stages/identify.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using schema::Version;
constexpr std::size_t kMaxSourceBytes = 16UL * 1024 * 1024;

base::ProcessResult run_git(const Config& config, std::vector<std::string> arguments,
                            const std::string& input = {}) {
  const base::Path& root = config.root;
  std::vector<std::string> argv{"git", "-C", root.empty() ? "." : root.string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  base::ProcessOptions options;
  options.input = input;
  try {
    return base::run_process(argv, options);
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    throw Error(Errc::config, "the program git is not there; install it");
  }
}

std::string answer(const Config& config, std::vector<std::string> arguments) {
  const auto result = run_git(config, std::move(arguments));
  return result.exit_status == 0 ? std::string(base::trim(result.output)) : std::string();
}

// The line of git's words that says most: what the other side says, else the last of its own.
std::string said(const std::string& errors) {
  std::string of_remote, own;
  for (const std::string_view line : base::split_lines(errors)) {
    const std::string_view text = base::trim(line);
    if (text.starts_with("remote:") && text.size() > 8) {
      if (of_remote.empty()) of_remote = text;
    } else if (text.starts_with("fatal:") || text.starts_with("error:") || own.empty()) {
      if (!text.starts_with("hint:") && !text.empty()) own = text;
    }
  }
  return base::safe_text(of_remote.empty() ? own : of_remote, 300);
}

Error remote_error(const std::string& remote, const std::string& errors) {
  const std::string words = base::lower_case(errors);
  for (const std::string_view sign : {"denied", "permission", "authentication", "403", "401",
                                      "protected", "could not read username", "declined"}) {
    if (words.find(sign) != std::string::npos)
      return {Errc::permission, cat(remote, ": ", said(errors),
                                    "; give the one who pushes the right to write tags there")};
  }
  return {Errc::network, cat(remote, ": ", said(errors), "; run the same command again")};
}

void check_tree(const Config& config, Problems& problems) {
  const auto changed = run_git(config, {"diff", "--name-only", "--relative", "-z", "HEAD"});
  const std::string remembered = config.trust ? config.trust->folder + "/public.json" : "";
  std::vector<std::string> names;
  for (const std::string_view name : base::split(changed.output, '\0'))
    if (!name.empty() && name != remembered) names.emplace_back(name);
  if (names.empty()) return;
  problems.add(cat("files differ from HEAD: ", base::join_first(names, 3),
                   "; commit them, or put them back (git stash)"));
}

// Whoever checks the tag out, CI before all, releases with what is in it.
void check_files_of_tool(const Config& config, Problems& problems) {
  std::vector<std::string> arguments{"ls-files", "--others", "--exclude-standard",
                                     "-z",       "--",       config.file.filename().string()};
  if (config.trust) arguments.push_back(config.trust->folder);
  const std::string remembered = config.trust ? config.trust->folder + "/public.json" : "";
  const auto untracked = run_git(config, std::move(arguments));
  std::vector<std::string> names;
  for (const std::string_view name : base::split(untracked.output, '\0'))
    if (!name.empty() && name != remembered) names.emplace_back(name);
  if (names.empty()) return;
  problems.add(cat("git does not have ", base::join_first(names, 3),
                   ", so nobody could release from the tag; commit ",
                   names.size() == 1 ? "it" : "them"));
}

void check_sources(const Config& config, const Version& version, Problems& problems) {
  for (const std::string& name : config.version.files) {
    problems.collect([&] {
      base::with_context(config.place("version.files"), [&] {
        const std::string text = base::read_file(config.resolve(name, ""), kMaxSourceBytes);
        if (names_version(text, version)) return;
        throw Error(Errc::config, cat(name, " does not name ", version.text(),
                                      "; write it there and commit that"));
      });
    });
  }
}

void check_public(const PublicState& before, const Version& version, const TagOptions& options,
                  Problems& problems) {
  if (before.find(version) != nullptr) {
    problems.add(Errc::conflict, cat(version.text(), " is public already; choose a new version"));
    return;
  }
  const schema::Channel channel = schema::channel_of(version);
  const auto head = before.newest(channel);
  const bool is_backport = head && version < *head;
  if (is_backport && !options.allow_backport) {
    problems.add(cat(version.text(), " is lower than ", head->text(), ", the newest of channel ",
                     schema::channel_name(channel),
                     "; choose a higher version, or say --allow-backport"));
  }
  const auto stable = before.newest(schema::Channel::stable);
  if (version.is_prerelease() && stable && version.core() <= *stable && !is_backport) {
    problems.add(cat("pre-release ", version.text(), " comes after ", stable->text(),
                     ", which is stable already; choose a version above it"));
  }
}

std::vector<Version> known_versions(const Config& config, const PublicState& before) {
  std::vector<Version> known;
  for (const std::string& tag : version_tags(config.root))
    known.push_back(Version::parse(tag));
  for (const auto& [channel, manifest] : before.channels) {
    for (const auto& [version, release] : manifest.versions)
      known.push_back(version);
  }
  return known;
}

Bump bump_since_last(const Config& config) {
  const std::string last = tag_below(config.root, "HEAD", std::nullopt);
  return last.empty() ? Bump::patch : bump_of(commits_between(config.root, last, "HEAD"));
}

// Where the remote has the tag; empty: it has none.
std::string commit_at_remote(const Config& config, const TagPlan& plan, const std::string& remote) {
  const std::string ref = cat("refs/tags/", plan.tag());
  const auto listed = run_git(config, {"ls-remote", remote, ref, cat(ref, "^{}")});
  if (listed.exit_status != 0) throw remote_error(remote, listed.errors);
  std::string commit;
  for (const std::string_view line : base::split_lines(listed.output))
    commit = line.substr(0, line.find('\t'));  // the peeled one comes last
  return commit;
}

void check_tag(const Config& config, TagPlan& plan, const TagOptions& options, Problems& problems) {
  const std::string tag = plan.tag();
  const std::string there =
      answer(config, {"rev-parse", "--verify", "--quiet", cat("refs/tags/", tag, "^{commit}")});
  plan.is_made = there == plan.commit;
  if (!there.empty() && !plan.is_made) {
    problems.add(Errc::conflict, cat("the tag ", tag, " is at ", there.substr(0, 7),
                                     " and not at HEAD, and tags do not move; choose a new "
                                     "version"));
  }
  if (!options.pushes) return;
  if (options.remote.starts_with('-') ||
      answer(config, {"remote", "get-url", options.remote}).empty()) {
    problems.add(cat("there is no remote ", base::safe_text(options.remote, 80),
                     "; name another with --remote, or say --no-push"));
    return;
  }
  problems.collect([&] {
    const std::string at_remote = commit_at_remote(config, plan, options.remote);
    plan.has_to_be_pushed = at_remote.empty();
    if (at_remote.empty() || at_remote == plan.commit) return;
    problems.add(Errc::conflict,
                 cat(options.remote, " has the tag ", tag, " at ", at_remote.substr(0, 7),
                     " and not at HEAD, and tags do not move; choose a new version"));
  });
}

}  // namespace

std::optional<TagPlan> plan_tag(const Config& config, const TagOptions& options,
                                const PublicState& before, base::Time now, Problems& problems) {
  const auto head = run_git(config, {"rev-parse", "--verify", "HEAD"});
  if (head.exit_status != 0) {
    problems.add(cat("git has no commit here (", said(head.errors),
                     "); run in the project's repository, with a commit"));
    return std::nullopt;
  }
  std::optional<Version> version = options.version;
  problems.collect([&] {
    if (version) return;
    // Run again after a push that failed: the tag is there.
    for (const std::string& tag : read_git(config.root, AllTags::no).tags_at_head) {
      const auto each = tag.starts_with('v') ? Version::try_parse(tag) : std::nullopt;
      if (each && schema::channel_of(*each) == options.channel && before.find(*each) == nullptr)
        version = each;
    }
    if (version) return;
    if (answer(config, {"rev-parse", "--is-shallow-repository"}) == "true") {
      throw Error(Errc::config,
                  "this clone is shallow, so git does not know what is tagged; fetch all of it "
                  "(git fetch --unshallow --tags), or name the version");
    }
    const Bump bump = options.bump ? *options.bump : bump_since_last(config);
    version = next_version(config.version.scheme, known_versions(config, before), options.channel,
                           bump, now);
  });
  if (!version) return std::nullopt;
  TagPlan plan{.version = *version, .commit = std::string(base::trim(head.output)), .message = {}};
  check_tree(config, problems);
  check_files_of_tool(config, problems);
  check_public(before, *version, options, problems);
  check_sources(config, *version, problems);
  check_tag(config, plan, options, problems);
  plan.message = cat(config.product.name, " ", version->text(), "\n");
  problems.collect([&] {
    if (!config.changelog) return;
    plan.message += cat("\n", read_changelog(config, *version, {}).text, "\n");
  });
  plan.is_signed = !answer(config, {"config", "--get", "user.signingkey"}).empty() ||
                   answer(config, {"config", "--bool", "--get", "tag.gpgsign"}) == "true";
  return plan;
}

void run_check(const Config& config, const Argv& check) {
  base::ProcessOptions options;
  options.directory = config.root.empty() ? "." : config.root;
  options.output = base::ProcessOutput::inherited;
  const std::string words = base::join(check, " ");
  const auto result = base::with_context(config.place("tag.checks"),
                                         [&] { return base::run_process(check, options); });
  if (result.exit_status == 0) return;
  throw Error(Errc::config, cat(config.place("tag.checks"), ": ", words, " ended with status ",
                                result.exit_status, "; no tag was made: mend that first"));
}

void make_tag(const Config& config, const TagPlan& plan) {
  const auto made = run_git(config,
                            {"tag", plan.is_signed ? "--sign" : "--annotate", "--cleanup=verbatim",
                             "--file=-", plan.tag(), plan.commit},
                            plan.message);
  std::string problem = said(made.errors);
  if (made.exit_status == 0) {
    if (!plan.is_signed) return;
    // git 2.39 makes an unsigned tag, and says all is well, where a program that signs by ssh
    // fails.
    const std::string tag = answer(config, {"cat-file", "tag", plan.tag()});
    if (tag.find("\n-----BEGIN ") != std::string::npos) return;
    answer(config, {"tag", "--delete", plan.tag()});
    if (problem.empty()) problem = "the program that signs failed";
  }
  throw Error(Errc::config, cat("git made no tag: ", problem,
                                plan.is_signed ? "; see that git can sign (user.signingkey, "
                                                 "gpg.format), or unset tag.gpgsign"
                                               : ""));
}

void push_tag(const Config& config, const TagPlan& plan, const std::string& remote) {
  const auto pushed = run_git(config, {"push", remote, cat("refs/tags/", plan.tag())});
  if (pushed.exit_status == 0) return;
  throw remote_error(cat("the tag ", plan.tag(), " is made, and not pushed: ", remote),
                     pushed.errors);
}

}  // namespace releaser
