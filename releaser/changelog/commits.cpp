#include "releaser/changelog/commits.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <regex>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
// std::regex recurses by character.
constexpr std::size_t kMaxSubjectBytes = 500;
constexpr std::size_t kHashLength = 7;
constexpr std::string_view kOtherTitle = "Other changes";
constexpr std::string_view kBreakingTitle = "Breaking changes";

std::regex compile(const std::string& expression) {
  auto flags = std::regex::ECMAScript;
  std::string text = base::replace_all(expression, ":word:", ":w:");
  if (text.starts_with("(?i)")) {
    text.erase(0, 4);
    flags |= std::regex::icase;
  }
  try {
    return std::regex(text, flags);
  } catch (const std::regex_error&) {
    throw Error(Errc::config,
                cat("`", base::safe_text(expression, 200), "` is no regular expression; mend it"));
  }
}

std::vector<std::regex> compile_all(const std::vector<std::string>& expressions) {
  std::vector<std::regex> compiled;
  compiled.reserve(expressions.size());
  for (const std::string& expression : expressions)
    compiled.push_back(compile(expression));
  return compiled;
}

bool matches_any(const std::vector<std::regex>& expressions, const std::string& subject) {
  return std::any_of(expressions.begin(), expressions.end(),
                     [&](const std::regex& each) { return std::regex_search(subject, each); });
}

// "feat(cli)!: say hello" as its parts; nothing for a subject of another form.
struct Conventional {
  std::string type, scope, description;
  bool is_breaking = false;
};

std::optional<Conventional> read_conventional(const std::string& subject) {
  const std::size_t colon = subject.find(": ");
  if (colon == std::string::npos) return std::nullopt;
  std::string_view head = std::string_view(subject).substr(0, colon);
  Conventional parts;
  parts.description = base::trim(std::string_view(subject).substr(colon + 2));
  if (head.ends_with('!')) {
    parts.is_breaking = true;
    head.remove_suffix(1);
  }
  if (head.ends_with(')')) {
    const std::size_t open = head.find('(');
    if (open == std::string_view::npos) return std::nullopt;
    parts.scope = head.substr(open + 1, head.size() - open - 2);
    head = head.substr(0, open);
  }
  const bool is_word = !head.empty() && std::all_of(head.begin(), head.end(), [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || each == '-';
  });
  if (!is_word) return std::nullopt;
  parts.type = base::lower_case(head);
  return parts;
}

bool is_breaking(const Commit& commit) {
  const auto parts = read_conventional(commit.subject);
  if (parts && parts->is_breaking) return true;
  const auto lines = base::split_lines(commit.body);
  return std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
    return line.starts_with("BREAKING CHANGE:") || line.starts_with("BREAKING-CHANGE:");
  });
}

std::string line_of(const Commit& commit, const std::string& subject) {
  const auto parts = read_conventional(subject);
  std::string text = parts ? parts->description : subject;
  if (parts && !parts->scope.empty()) text = cat(parts->scope, ": ", text);
  return cat("- ", text, " (", commit.hash.substr(0, kHashLength), ")\n");
}

}  // namespace

std::vector<Commit> parse_log(std::string_view log) {
  std::vector<Commit> commits;
  for (std::string_view record : base::split(log, '\x1e')) {
    record = base::trim(record);
    const auto fields = base::split(record, '\x1f');
    if (fields.size() != 3) continue;
    commits.push_back({std::string(fields[0]), std::string(fields[1]), std::string(fields[2])});
  }
  return commits;
}

CommitRules default_rules() {
  return {.groups = {{"Features", R"(^feat(\(.+\))?!?:)"},
                     {"Bug fixes", R"(^fix(\(.+\))?!?:)"},
                     {"Performance", R"(^perf(\(.+\))?!?:)"}},
          .include = {},
          .exclude = {"^Merge ", R"(^(docs?|tests?|ci|style|build|chore)(\(.+\))?:)"}};
}

CommitGroup parse_group(std::string_view text) {
  const std::size_t colon = text.find(':');
  CommitGroup group{std::string(base::trim(text.substr(0, colon))), {}};
  if (colon != std::string_view::npos) group.expression = base::trim(text.substr(colon + 1));
  if (group.title.empty() || group.expression.empty()) {
    throw Error(Errc::config, cat("`", base::safe_text(text, 200),
                                  "` is no group; write \"Features: ^feat\", a title and a regular "
                                  "expression"));
  }
  check_expression(group.expression);
  return group;
}

void check_expression(const std::string& expression) { compile(expression); }

std::string render_commits(const std::vector<Commit>& commits, const CommitRules& rules) {
  const std::vector<CommitGroup> groups =
      rules.groups.empty() ? default_rules().groups : rules.groups;
  const std::vector<std::regex> include = compile_all(rules.include);
  const std::vector<std::regex> exclude = compile_all(rules.exclude);
  std::vector<std::regex> of_groups;
  of_groups.reserve(groups.size());
  for (const CommitGroup& group : groups)
    of_groups.push_back(compile(group.expression));
  std::vector<std::string> texts(groups.size());
  std::string breaking, others;
  for (auto commit = commits.rbegin(); commit != commits.rend(); ++commit) {
    const std::string subject = base::safe_text(commit->subject, kMaxSubjectBytes);
    const std::string line = line_of(*commit, subject);
    if (is_breaking(*commit)) {
      breaking += line;
      continue;
    }
    if (!include.empty() && !matches_any(include, subject)) continue;
    if (matches_any(exclude, subject)) continue;
    std::string* place = &others;
    for (std::size_t index = 0; index < groups.size(); ++index) {
      if (!std::regex_search(subject, of_groups[index])) continue;
      place = &texts[index];
      break;
    }
    *place += line;
  }
  std::string all;
  const auto add = [&](std::string_view title, const std::string& lines) {
    if (!lines.empty()) all += cat(all.empty() ? "" : "\n", "### ", title, "\n\n", lines);
  };
  add(kBreakingTitle, breaking);
  for (std::size_t index = 0; index < groups.size(); ++index)
    add(groups[index].title, texts[index]);
  // One list needs no title.
  if (all.empty()) return others;
  add(kOtherTitle, others);
  return all;
}

Bump bump_of(const std::vector<Commit>& commits) {
  Bump bump = Bump::patch;
  for (const Commit& commit : commits) {
    if (is_breaking(commit)) return Bump::major;
    const auto parts = read_conventional(commit.subject);
    if (parts && parts->type == "feat") bump = Bump::minor;
  }
  return bump;
}

}  // namespace releaser
