#include "releaser/config/file_patterns.hpp"

#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {
namespace {

using base::cat;
namespace fs = std::filesystem;
constexpr std::size_t kMaxVisited = 100000;

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

// Matches "[…]" at the start of `pattern`; gives its length, or 0 where it is no class and stands
// for itself.
std::size_t match_class(std::string_view pattern, char letter, bool& matched) {
  std::size_t at = 1;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool found = false;
  const std::size_t first = at;
  while (at < pattern.size() && (pattern[at] != ']' || at == first)) {
    if (at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']') {
      found = found || (letter >= pattern[at] && letter <= pattern[at + 2]);
      at += 3;
    } else {
      found = found || letter == pattern[at];
      ++at;
    }
  }
  if (at >= pattern.size()) return 0;
  matched = found != negated;
  return at + 1;
}

// One component without "/". Backtracks to the last "*" only, so it is quadratic at worst.
bool matches_component(std::string_view pattern, std::string_view name) {
  if (name.starts_with('.') && !pattern.starts_with('.')) return false;
  std::size_t at = 0;
  std::size_t letter = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_letter = 0;
  while (letter < name.size()) {
    bool matched = false;
    std::size_t length = 0;
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      star_letter = letter;
      continue;
    }
    if (at < pattern.size() && pattern[at] == '[') {
      length = match_class(pattern.substr(at), name[letter], matched);
    }
    if (length == 0 && at < pattern.size()) {
      length = 1;
      matched = pattern[at] == '?' || pattern[at] == name[letter];
    }
    if (matched) {
      at += length;
      ++letter;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      letter = ++star_letter;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*')
    ++at;
  return at == pattern.size();
}

bool matches_components(const std::vector<std::string_view>& pattern, std::size_t pattern_at,
                        const std::vector<std::string_view>& path, std::size_t path_at) {
  for (; pattern_at < pattern.size(); ++pattern_at, ++path_at) {
    if (pattern[pattern_at] == "**") {
      for (std::size_t rest = path_at; rest <= path.size(); ++rest) {
        if (matches_components(pattern, pattern_at + 1, path, rest)) return true;
        if (rest < path.size() && path[rest].starts_with('.')) return false;
      }
      return false;
    }
    if (path_at >= path.size() || !matches_component(pattern[pattern_at], path[path_at])) {
      return false;
    }
  }
  return path_at == path.size();
}

// Where a pattern without wildcards begins to have some: "man" of "man/*.1".
std::string fixed_folder(std::string_view pattern) {
  const std::size_t wildcard = pattern.find_first_of("*?[");
  const std::size_t slash = pattern.substr(0, wildcard).rfind('/');
  if (slash == std::string_view::npos) return "";
  return std::string(pattern.substr(0, slash == 0 ? 1 : slash));
}

std::vector<std::string> matching_paths(const std::string& pattern, const base::Path& root) {
  if (!has_wildcard(pattern)) return {pattern};
  const std::string folder = fixed_folder(pattern);
  const auto depth = pattern.find("**") == std::string::npos
                         ? std::count(pattern.begin(), pattern.end(), '/') -
                               std::count(folder.begin(), folder.end(), '/') -
                               (folder.empty() ? 0 : 1)
                         : 64;
  std::vector<std::string> found;
  std::error_code error;
  std::size_t visited = 0;
  fs::recursive_directory_iterator walk(root / folder, error);
  const fs::recursive_directory_iterator end;
  for (; !error && walk != end; walk.increment(error)) {
    if (++visited > kMaxVisited) {
      throw base::Error(base::Errc::config,
                        cat("pattern `", pattern, "` looks at too many files; name a folder"));
    }
    const std::string below = walk->path().lexically_relative(root / folder).generic_string();
    const std::string path = folder.empty()  ? below
                             : folder == "/" ? cat("/", below)
                                             : cat(folder, "/", below);
    std::error_code ignored;
    if (walk->is_directory(ignored)) {
      if (walk.depth() >= depth || below.starts_with('.')) walk.disable_recursion_pending();
    } else if (matches_pattern(pattern, path)) {
      found.push_back(path);
    }
  }
  // A folder that is not there holds no file; one that cannot be looked into is another matter.
  if (error && error != std::errc::no_such_file_or_directory &&
      error != std::errc::not_a_directory) {
    throw base::Error(
        base::Errc::config,
        cat("`", pattern, "` cannot be looked for: ", error.message(), "; check owner and mode"));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string name_in_archive(const FilePattern& pattern, const std::string& path, bool several) {
  const std::string file = base::Path(path).filename().string();
  if (pattern.destination.empty()) {
    const bool outside =
        path.starts_with('/') || path.starts_with("~") || path.find("..") != std::string::npos;
    return outside ? file : base::Path(path).lexically_normal().generic_string();
  }
  if (pattern.destination.ends_with('/')) return pattern.destination + file;
  return several ? cat(pattern.destination, "/", file) : pattern.destination;
}

void check_name(const std::string& name) {
  if (const auto reason = base::unsafe_path_reason(name)) {
    throw base::Error(base::Errc::config,
                      cat("`", base::safe_text(name, 200),
                          "` cannot stand in an archive: ", *reason, "; mend `dst`"));
  }
  for (const std::string_view part : base::split(name, '/')) {
    if (!is_file_name(part)) {
      throw base::Error(base::Errc::config,
                        cat("`", base::safe_text(name, 200),
                            "` cannot stand in an archive: names hold letters, digits, \".\", "
                            "\"_\" and \"-\" only; rename it, or give `dst`"));
    }
  }
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view path) {
  return matches_components(base::split(pattern, '/'), 0, base::split(path, '/'), 0);
}

std::vector<MatchedFile> find_files(const FilePattern& pattern, const base::Path& root) {
  const bool has_wildcards = has_wildcard(pattern.source);
  const std::vector<std::string> paths = matching_paths(pattern.source, root);
  std::vector<MatchedFile> files;
  for (const std::string& path : paths) {
    const base::Path source = root / path;
    const fs::file_type type = base::type_of(source);
    if (type == fs::file_type::directory) {
      throw base::Error(base::Errc::config, cat("`", path, "` is a folder; write `", path,
                                                path.ends_with('/') ? "*" : "/*", "`"));
    }
    if (type == fs::file_type::not_found) {
      throw base::Error(base::Errc::config,
                        base::type_of(source, base::Links::not_followed) == fs::file_type::symlink
                            ? cat("`", path, "` is a link that leads nowhere; mend or remove it")
                            : cat("`", path,
                                  "` does not exist; make it, or remove it from "
                                  "[archive] files"));
    }
    if (type != fs::file_type::regular) {
      throw base::Error(base::Errc::config,
                        cat("`", path, "` is no regular file; remove it from [archive] files"));
    }
    MatchedFile file{source, name_in_archive(pattern, path, has_wildcards)};
    check_name(file.name);
    files.push_back(std::move(file));
  }
  if (files.empty()) {
    throw base::Error(base::Errc::config, cat("`", pattern.source,
                                              "` matches no file; mend the pattern, or remove it "
                                              "from [archive] files"));
  }
  return files;
}

}  // namespace releaser
