#include "releaser/config/destination_check.hpp"

#include "base/archive.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "releaser/config/forge_check.hpp"

#include <algorithm>
#include <set>

namespace releaser {
namespace {

using base::cat;

// What each type carries where the file does not say.
Carries carried_by_type(std::string_view type) {
  if (type == "github" || type == "gitea") return {.assets = true, .site = false};
  if (type == "git") return {.assets = false, .site = true};
  return {.assets = true, .site = true};
}

void check_carries(DestinationSettings& destination, ConfigProblems& problems) {
  if (destination.carries_words.empty()) {
    destination.carries = carried_by_type(destination.type);
    return;
  }
  for (const std::string& word : destination.carries_words) {
    if (word == "assets") {
      destination.carries.assets = true;
    } else if (word == "site") {
      destination.carries.site = true;
    } else {
      problems.add(destination.line, cat("`carries` takes \"assets\" and \"site\", not `",
                                         base::safe_text(word, 80), "`"));
    }
  }
  if (destination.type == "git" && destination.carries.assets) {
    problems.add(destination.line,
                 "a branch carries the site alone; let releases of the host, or a directory, carry "
                 "the archives");
  }
}

// The one whose state the others follow stands first from here on.
void put_truth_first(Config& config, ConfigProblems& problems) {
  auto& all = config.destinations;
  if (all.empty()) return;
  const auto is_said = [](const DestinationSettings& each) { return each.metadata; };
  if (const auto said = std::count_if(all.begin(), all.end(), is_said); said > 1) {
    problems.add(all.front().line, cat(said,
                                       " destinations have `metadata = true`; one is the "
                                       "truth that the others follow"));
  }
  auto truth = std::find_if(all.begin(), all.end(), is_said);
  if (truth == all.end()) {
    truth = std::find_if(all.begin(), all.end(),
                         [](const DestinationSettings& each) { return each.carries.site; });
  }
  if (truth == all.end()) {
    problems.add(all.front().line,
                 "no destination carries the site (manifests, metadata, installers); add one of "
                 "type \"directory\" or \"git\"");
    return;
  }
  if (!truth->carries.site) {
    problems.add(truth->line, cat("`", truth->name,
                                  "` has `metadata = true` but does not carry "
                                  "the site; give that to one that does"));
  }
  if (truth->optional) {
    problems.add(truth->line, cat("`", truth->name,
                                  "` carries the metadata that the others follow, "
                                  "so it cannot be optional"));
  }
  if (std::none_of(all.begin(), all.end(), [](const DestinationSettings& each) {
        return each.carries.assets && !each.optional;
      })) {
    problems.add(all.front().line,
                 "no destination carries the archives, or each that does is optional; one must");
  }
  std::rotate(all.begin(), truth, truth + 1);
}

bool is_branch_name(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name.front() != '-' && name.front() != '/' &&
         name.front() != '.' && name.back() != '/' && name.back() != '.' &&
         name.find("..") == std::string_view::npos && name.find("//") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char letter) {
           return static_cast<unsigned char>(letter) > 0x20 &&
                  std::string_view("~^:?*[\\@{}\x7f").find(letter) == std::string_view::npos;
         });
}

// A branch carries the site alone; its path is a folder in it.
void check_git_destination(DestinationSettings& destination, ConfigProblems& problems) {
  const auto add = [&](std::string_view text) { problems.add(destination.line, cat(text)); };
  if (destination.type != "git") return;
  if (destination.remote.empty()) add("a destination of type \"git\" needs `remote`");
  check_token_variable(destination.token_env, "token_env", destination.line, problems);
  if (destination.branch.empty()) destination.branch = "gh-pages";
  if (!is_branch_name(destination.branch)) {
    add(cat("`branch`: `", base::safe_text(destination.branch, 80), "` cannot name a branch"));
  }
  while (destination.path.ends_with('/'))
    destination.path.pop_back();
  if (destination.path.starts_with("./")) destination.path.erase(0, 2);
  if (destination.path == ".") destination.path.clear();
  if (destination.path.empty()) return;
  if (const auto reason = base::unsafe_path_reason(destination.path)) {
    add(cat("`path` of a branch ", *reason));
  }
}

}  // namespace

void check_destinations(Config& config, ConfigProblems& problems) {
  std::set<std::string> names;
  std::set<base::Path> paths;
  for (DestinationSettings& destination : config.destinations) {
    if (destination.name.empty()) destination.name = destination.type;
    if (!destination.name.empty() && !names.insert(destination.name).second) {
      problems.add(destination.line, cat("two destinations are named `", destination.name,
                                         "`; give one another `name`"));
    }
    if (destination.type == "directory" && destination.path.empty()) {
      problems.add(destination.line, "a destination of type \"directory\" needs `path`");
    }
    check_git_destination(destination, problems);
    if (destination.type == "directory" && !destination.path.empty() &&
        !paths.insert((base::Path(destination.path) / "").lexically_normal()).second) {
      problems.add(destination.line, cat("two destinations have the path `", destination.path,
                                         "`; one of them is enough"));
    }
    if (destination.type == "github" || destination.type == "gitea") {
      check_forge(destination, problems);
    } else if (destination.url.empty()) {
      problems.add(destination.line,
                   cat("a destination of type \"", destination.type,
                       "\" needs `url`: where users will find what is published"));
    }
    // Names are added with a slash of their own.
    while (destination.url.ends_with('/'))
      destination.url.pop_back();
    if (destination.url.empty()) continue;
    try {
      const auto url = base::Url::parse(destination.url);
      if (url.is_file()) problems.add(destination.line, "`url` must be https://");
    } catch (const base::Error& error) {
      problems.add(destination.line, cat("`url`: ", error.what()));
    }
  }
  for (DestinationSettings& destination : config.destinations)
    check_carries(destination, problems);
  put_truth_first(config, problems);
}

}  // namespace releaser
