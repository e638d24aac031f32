#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/git/branch.hpp"
#include "releaser/git/failure.hpp"

#include <algorithm>

namespace releaser::git {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::string_view kAside = "refs/cco/aside";
constexpr int kMaxRaces = 5;
// The last line of the commit's message. A commit whose tree is another one was changed by
// somebody.
constexpr std::string_view kTrailer = "Cco-Release-Tree: ";

bool is_own(std::string_view commit, std::string_view tree_line) {
  const std::string_view text = base::trim(commit);
  const std::size_t last = text.rfind('\n');
  return last != std::string_view::npos &&
         text.substr(last + 1) == cat(kTrailer, tree_line.substr(std::string_view("tree ").size()));
}

}  // namespace

Branch::Aside Branch::look_aside(const std::string& tree, const Changes& changes,
                                 const std::string& branch) const {
  const auto fetched = run_remote({"fetch", "--quiet", "--depth=1", "--no-tags",
                                   "--no-recurse-submodules", "--no-write-fetch-head", "--",
                                   remote().url, cat("+", branch_ref(branch), ":", kAside)});
  if (fetched.exit_status != 0) {
    if (fetched.errors.find("couldn't find remote ref") != std::string::npos) return {};
    throw failure_of(remote(), fetched.errors);
  }
  Aside aside{.tip =
                  m_git.output_of({.arguments = {"rev-parse", "--verify", std::string(kAside)}})};
  // The object itself names its parent, whatever of it was fetched.
  const std::string commit = m_git.output_of({.arguments = {"cat-file", "commit", aside.tip}});
  const std::string wanted =
      cat("tree ", tree, "\n", m_tip.empty() ? "author " : cat("parent ", m_tip, "\nauthor "));
  aside.is_there = commit.starts_with(wanted);
  if (aside.is_there || is_own(commit, commit.substr(0, commit.find('\n')))) return aside;
  const auto listed = [&](const std::string& where) {
    std::vector<std::string> arguments{"ls-tree", "-r", "-z", where};
    for (const auto& [path, file] : changes)
      arguments.push_back(path);
    return m_git.output_of({.arguments = std::move(arguments)});
  };
  aside.is_there = listed(aside.tip) == listed(tree);
  if (aside.is_there) return aside;
  throw Error(Errc::conflict, cat("branch ", branch,
                                  " has changes there that are not by cco-release, and they are "
                                  "kept; merge or delete it, and run the same command again"));
}

Pushed Branch::push_aside(const Changes& changes, std::string_view message,
                          const std::string& branch) {
  const std::string tree = tree_of(changes);
  const std::string commit = commit_of(tree, cat(message, "\n\n", kTrailer, tree));
  for (int races = 0; races < kMaxRaces; ++races) {
    const Aside aside = look_aside(tree, changes, branch);
    if (aside.is_there) return Pushed::nothing_new;
    const auto pushed = run_remote({"push", "--porcelain", "--no-verify", "--recurse-submodules=no",
                                    cat("--force-with-lease=", branch_ref(branch), ":", aside.tip),
                                    "--", remote().url, cat(commit, ":", branch_ref(branch))});
    switch (read_push(pushed.exit_status, pushed.output)) {
      case PushAnswer::done:
        return Pushed::done;
      case PushAnswer::none:
        throw failure_of(remote(), pushed.errors);
      case PushAnswer::refused:
        throw refusal_of(remote(), branch, pushed.output, pushed.errors);
      case PushAnswer::moved:
        break;
    }
  }
  throw Error(Errc::locked, cat("somebody else pushed to branch ", branch, " meanwhile, ",
                                kMaxRaces, " times; run the same command again"));
}

}  // namespace releaser::git
