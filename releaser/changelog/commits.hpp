#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A changelog made of commits, as users of Conventional Commits and of GoReleaser know it. Pure.
namespace releaser {

struct Commit {
  std::string hash, subject, body;
};

// What `git log --format=kLogFormat` printed, the newest first.
inline constexpr std::string_view kLogFormat = "%H%x1f%s%x1f%b%x1e";
std::vector<Commit> parse_log(std::string_view log);

struct CommitGroup {
  std::string title, expression;  // of the subject
};

// Regular expressions (ECMAScript; "(?i)" in front, and [[:word:]], are understood), matched
// anywhere in the subject.
struct CommitRules {
  std::vector<CommitGroup> groups;            // the first that matches; empty: default_rules()
  std::vector<std::string> include, exclude;  // include: only those; exclude wins
};
// Breaking changes apart, then features, bug fixes, performance; no merges, and no docs, tests, CI,
// style, builds and chores.
CommitRules default_rules();

// "Title: expression". Throws Errc::config for anything else.
CommitGroup parse_group(std::string_view text);
// Throws Errc::config for what is no regular expression.
void check_expression(const std::string& expression);

// Markdown: "### Title", then a line for each commit, the oldest first: "- scope: subject (hash)".
// A breaking change stands in front of all, whatever excludes it. Empty where nothing is left.
std::string render_commits(const std::vector<Commit>& commits, const CommitRules& rules);

// What these commits ask for of the next version.
enum class Bump { patch, minor, major };
Bump bump_of(const std::vector<Commit>& commits);

}  // namespace releaser
