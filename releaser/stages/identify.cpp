#include "releaser/stages/identify.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using schema::Version;

struct TagVariable {
  const char* tag;
  const char* kind;  // where set, this variable must be "tag"
};
constexpr std::array kTagVariables{
    TagVariable{"GITHUB_REF_NAME", "GITHUB_REF_TYPE"},  // also Gitea, Forgejo
    TagVariable{"CI_COMMIT_TAG", nullptr},              // GitLab, Woodpecker
    TagVariable{"BITBUCKET_TAG", nullptr},
    TagVariable{"CIRCLE_TAG", nullptr},
    TagVariable{"DRONE_TAG", nullptr},
    TagVariable{"TRAVIS_TAG", nullptr},
    TagVariable{"BUILDKITE_TAG", nullptr},
    TagVariable{"CIRRUS_TAG", nullptr},
    TagVariable{"APPVEYOR_REPO_TAG_NAME", nullptr},
};

std::optional<Version> version_of_tag(std::string_view tag) {
  return tag.starts_with('v') ? Version::try_parse(tag) : std::nullopt;
}

std::optional<std::string> tag_of_ci(const base::Environment& environment) {
  for (const TagVariable& variable : kTagVariables) {
    if (variable.kind != nullptr && environment.find(variable.kind) != "tag") continue;
    if (auto tag = environment.find(variable.tag)) return tag;
  }
  constexpr std::string_view kRef = "refs/tags/";
  if (auto ref = environment.find("BUILD_SOURCEBRANCH"); ref && ref->starts_with(kRef)) {
    return ref->substr(kRef.size());  // Azure Pipelines
  }
  return std::nullopt;
}

std::string next_version(std::string_view scheme, const GitState& git, base::Time date) {
  std::optional<Version> newest;
  for (const std::string& tag : git.tags) {
    const auto version = version_of_tag(tag);
    if (version && !version->is_prerelease() && (!newest || *newest < *version)) newest = version;
  }
  const auto count_up = [](const Version& version) {
    const std::string text = version.text();
    const std::size_t dot = text.rfind('.');
    const auto last = base::parse_decimal(text.substr(dot + 1));
    return cat(text.substr(0, dot + 1), last.value_or(0) + 1);
  };
  if (scheme == "calver") {
    const std::string day = base::format_date(date);  // 2026-11-20
    const std::string month =
        cat(day.substr(0, 4), ".",
            *base::parse_decimal(day[5] == '0' ? day.substr(6, 1) : day.substr(5, 2)));
    return newest && newest->matches_prefix(month) ? count_up(*newest) : cat(month, ".1");
  }
  return newest ? count_up(*newest) : "0.0.1";
}

// The tag to put on HEAD: the version in a tag of another form there, else the one after the
// newest.
std::string proposed_tag(std::string_view scheme, const GitState& git,
                         std::optional<base::Time> date) {
  const auto newest = git.below ? version_of_tag(git.below->name) : std::nullopt;
  for (const std::string& tag : git.tags_at_head) {
    const std::size_t digit = tag.find_first_of("0123456789");
    if (digit == std::string::npos) continue;
    const auto version = Version::try_parse(cat("v", tag.substr(digit)));
    if (version && (!newest || *newest < *version)) return cat("v", version->text());
  }
  if (newest && newest->is_prerelease()) return cat("v", newest->core().text());
  if (!newest && scheme == "semver") return "v0.1.0";
  if (!date) return "v1.2.3";
  GitState below;
  if (newest) below.tags.push_back(git.below->name);
  return cat("v", next_version(scheme, below, *date));
}

std::string why_no_version(std::string_view scheme, const GitState& git,
                           std::optional<base::Time> date) {
  if (!git.commit) {
    return cat("no version: give --version, or put a tag like v1.2.3 on HEAD",
               git.problem.empty() ? "" : cat(" (git says: ", git.problem, ")"));
  }
  std::string seen = "HEAD has no tag";
  if (!git.tags_at_head.empty()) {
    const bool is_one = git.tags_at_head.size() == 1;
    seen = cat(is_one ? "the tag " : "the tags ",
               base::safe_text(base::join_first(git.tags_at_head, 3), 200), " at HEAD ",
               is_one ? "is" : "are", " not of the form v1.2.3");
  }
  if (git.is_shallow && !git.below) {
    return cat("no version: ", seen,
               ", and this clone is shallow, so others are not known; fetch them (git fetch "
               "--unshallow --tags; fetch-depth: 0 in GitHub's checkout), or give --version");
  }
  if (git.below) {
    seen += cat(", and ", git.below->name, " is ", git.below->commits,
                git.below->commits == 1 ? " commit" : " commits", " back");
  }
  return cat("no version: ", seen, "; give --version, or run git tag ",
             proposed_tag(scheme, git, date));
}

Version version_of_head(std::string_view scheme, const GitState& git,
                        std::optional<base::Time> date) {
  std::vector<std::string> tags;
  for (const std::string& tag : git.tags_at_head) {
    if (version_of_tag(tag)) tags.push_back(tag);
  }
  std::sort(tags.begin(), tags.end());
  if (tags.size() > 1) {
    throw Error(Errc::config, cat("two tags at HEAD (", base::join(tags, ", "),
                                  "); say which one with --version"));
  }
  if (tags.empty()) throw Error(Errc::config, why_no_version(scheme, git, date));
  return *version_of_tag(tags.front());
}

// A hash of digits only with a leading zero is no pre-release field; a longer one is.
std::string commit_field(const std::optional<std::string>& commit) {
  if (!commit) return "0";
  for (std::size_t length = 7; length < commit->size(); ++length) {
    std::string field = commit->substr(0, length);
    if (field.find_first_not_of("0123456789") != std::string::npos) return field;
  }
  return *commit;
}

base::Time date_of(const IdentifyOptions& options, const base::Environment& environment,
                   const GitState& git) {
  if (const auto epoch = environment.find("SOURCE_DATE_EPOCH")) {
    const auto seconds = base::parse_decimal(*epoch);
    if (!seconds || *seconds > 253402300799) {
      throw Error(Errc::config,
                  "SOURCE_DATE_EPOCH must be seconds since 1970; set it right or "
                  "unset it");
    }
    return base::Time(std::chrono::seconds(static_cast<std::int64_t>(*seconds)));
  }
  if (options.date) {
    auto date = base::parse_time(*options.date);
    if (!date) date = base::parse_time(cat(*options.date, "T00:00:00Z"));
    if (!date) {
      throw Error(Errc::usage, cat("--date ", base::safe_text(*options.date, 80),
                                   " is no date; write 2026-11-20T10:00:00Z or 2026-11-20"));
    }
    return *date;
  }
  if (git.commit_time) return *git.commit_time;
  throw Error(Errc::config,
              "no date for the release: give --date 2026-11-20, set SOURCE_DATE_EPOCH, or run in a "
              "git work tree");
}

// The output of git in the project; "" where it fails, which `problem` explains unless there is no
// repository.
std::string ask_git(const base::Path& root, const std::vector<std::string>& arguments,
                    std::string& problem) {
  std::vector<std::string> argv{"git", "-C", root.empty() ? "." : root.string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  try {
    const auto result = base::run_process(argv);
    if (result.exit_status == 0) return result.output;
    const bool is_outside = result.errors.find("not a git repository") != std::string::npos;
    if (!is_outside && problem.empty()) {
      problem = base::safe_text(result.errors.substr(0, result.errors.find('\n')), 200);
    }
  } catch (const Error&) {
    problem = "the program git is not there";
  }
  return {};
}

// A release of a tag is made of that tag's files; what publishing itself writes does not count.
void check_clean(const IdentifyOptions& options, const Version& version, const GitState& git,
                 Problems& problems) {
  const std::string tag = cat("v", version.text());
  const bool is_tagged =
      std::any_of(git.tags_at_head.begin(), git.tags_at_head.end(),
                  [&](const std::string& each) { return version_of_tag(each) == version; });
  if (options.allow_dirty || options.snapshot || !is_tagged) return;
  std::vector<std::string> changed = git.changed;
  std::erase_if(changed, [&](const std::string& name) {
    return std::any_of(options.written.begin(), options.written.end(),
                       [&](const std::string& written) {
                         return name == written || name.starts_with(written + "/");
                       });
  });
  if (changed.empty()) return;
  problems.add(
      cat("files differ from what the tag ", tag, " holds: ", base::join_first(changed, 3),
          "; commit them under a new tag, put them back (git stash), or say --allow-dirty"));
}

// YYYY.M.N, the month without a leading zero, N from 1.
bool is_calver(const Version& version) {
  const std::string core = version.core().text();
  const auto parts = base::split(core, '.');
  const auto month = base::parse_decimal(parts[1]);
  return parts[0].size() == 4 && month && *month >= 1 && *month <= 12 && parts[2] != "0";
}

constexpr base::Time kFirstDate{std::chrono::sys_days{std::chrono::year{1980} / 1 / 2}};

}  // namespace

namespace {

// All, or those that `options` of git tag leave.
std::vector<std::string> listed_version_tags(const base::Path& root,
                                             const std::vector<std::string>& options) {
  std::string problem;
  std::vector<std::string> tags;
  std::vector<std::string> arguments{"tag", "--list", "v*"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const std::string listed = ask_git(root, arguments, problem);
  for (const std::string_view tag : base::split_lines(listed)) {
    if (version_of_tag(tag)) tags.emplace_back(tag);
  }
  return tags;
}

std::optional<TagBelow> newest_below(const base::Path& root, std::string& problem) {
  std::optional<Version> newest;
  TagBelow below;
  for (std::string& tag : listed_version_tags(root, {"--merged", "HEAD"})) {
    const auto version = version_of_tag(tag);
    if (newest && !(*newest < *version)) continue;
    newest = version;
    below.name = std::move(tag);
  }
  if (!newest) return std::nullopt;
  const std::string count =
      ask_git(root, {"rev-list", "--count", cat("refs/tags/", below.name, "..HEAD")}, problem);
  below.commits = base::parse_decimal(base::trim(count)).value_or(0);
  return below;
}

}  // namespace

std::vector<std::string> version_tags(const base::Path& root) {
  return listed_version_tags(root, {});
}

GitState read_git(const base::Path& root, AllTags all_tags) {
  GitState state;
  const std::string head =
      ask_git(root, {"log", "-1", "--decorate=full", "--format=%H%n%ct%n%D"}, state.problem);
  const auto lines = base::split_lines(head);
  if (lines.size() < 2) return state;
  state.commit = std::string(lines[0]);
  if (const auto seconds = base::parse_decimal(lines[1])) {
    state.commit_time = base::Time(std::chrono::seconds(static_cast<std::int64_t>(*seconds)));
  }
  constexpr std::string_view kTag = "tag: refs/tags/";
  for (std::string_view name : base::split(lines.size() > 2 ? lines[2] : "", ',')) {
    name = base::trim(name);
    if (name.starts_with(kTag)) state.tags_at_head.emplace_back(name.substr(kTag.size()));
  }
  if (all_tags == AllTags::yes) state.tags = version_tags(root);
  const bool has_version =
      std::any_of(state.tags_at_head.begin(), state.tags_at_head.end(),
                  [](const auto& tag) { return version_of_tag(tag).has_value(); });
  if (!has_version) {
    state.below = newest_below(root, state.problem);
    state.is_shallow = base::trim(ask_git(root, {"rev-parse", "--is-shallow-repository"},
                                          state.problem)) == "true";
  }
  if (!state.tags_at_head.empty()) {
    const std::string names =
        ask_git(root, {"diff", "--name-only", "--relative", "-z", "HEAD"}, state.problem);
    for (const std::string_view name : base::split(names, '\0')) {
      if (!name.empty()) state.changed.emplace_back(name);
    }
  }
  return state;
}

std::optional<ReleaseIdentity> identify_release(const IdentifyOptions& options,
                                                std::string_view scheme,
                                                const base::Environment& environment,
                                                const GitState& git, Problems& problems) {
  std::optional<base::Time> date;
  problems.collect([&] {
    const base::Time found = date_of(options, environment, git);
    if (found < kFirstDate) {
      throw Error(Errc::config, cat("the release's date ", base::format_time(found),
                                    " is before 1980, which zip files cannot hold; give --date"));
    }
    date = found;
  });
  std::optional<Version> version;
  problems.collect([&] {
    if (options.version) {
      version = Version::parse(*options.version);
    } else if (options.snapshot) {
      if (!date) return;
      version = Version::parse(
          cat(next_version(scheme, git, *date), "-snapshot.", commit_field(git.commit)));
    } else if (const auto tag = tag_of_ci(environment)) {
      version = base::with_context("the tag that CI names", [&] { return Version::parse(*tag); });
    } else {
      version = version_of_head(scheme, git, date);
    }
  });
  if (version && scheme == "calver" && !options.snapshot && !is_calver(*version)) {
    problems.add(cat(version->text(),
                     " is no calver version (year.month.number); choose one such as ",
                     date ? next_version(scheme, git, *date) : "2026.11.1",
                     ", or set [version] scheme = \"semver\""));
  }
  if (version) check_clean(options, *version, git, problems);
  auto channel = version ? schema::channel_of(*version) : schema::Channel::stable;
  if (options.channel) {
    const auto given = schema::parse_channel(*options.channel);
    if (given) {
      channel = *given;
    } else {
      problems.add(Errc::usage, cat("unknown channel ", base::safe_text(*options.channel, 80),
                                    "; it is stable, beta or nightly"));
    }
  }
  if (!date || !version) return std::nullopt;
  const bool is_full_hash = git.commit && git.commit->size() == 40;
  return ReleaseIdentity{*version, channel, is_full_hash ? git.commit : std::nullopt, *date,
                         options.snapshot};
}

}  // namespace releaser
