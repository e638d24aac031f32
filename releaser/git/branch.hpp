#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "releaser/git/objects.hpp"
#include "releaser/git/program.hpp"
#include "releaser/git/working_folder.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser::git {

struct NewFile {
  std::string bytes;
  bool is_executable = false;
};
// By their paths in the branch; nothing: the file goes.
using Changes = std::map<std::string, std::optional<NewFile>, std::less<>>;

// "refs/heads/main", in full, so that no tag is meant.
std::string branch_ref(const std::string& branch);

enum class Pushed { nothing_new, done, moved, refused };
// A push that the rules of the repository refuse: an Error, or Pushed::refused.
enum class Refusal { error, answer };

// The tip of one branch of a repository elsewhere, without its history, in a bare repository that
// lives as long as this does (in TMPDIR). Files are read and written as the bytes that they are,
// whatever attributes and settings say about line ends.
class Branch {
 public:
  // An empty name: the default branch of that repository.
  Branch(const base::Environment& environment, Remote remote, std::string name, base::Time now);
  Branch(const Branch&) = delete;
  Branch& operator=(const Branch&) = delete;

  // Looks at the branch as it is now. A repository or branch that is empty is a value. Throws
  // Errc::permission, not_found, network with what to do.
  void fetch();
  // Would a push be let in, as far as that can be told without one? Throws Errc::permission.
  void check_push();

  [[nodiscard]] const Remote& remote() const { return m_git.remote(); }
  // Empty where it is the default one, whose name was not asked for yet.
  [[nodiscard]] const std::string& name() const { return m_name; }
  // Its commit; empty where there is none.
  [[nodiscard]] const std::string& tip() const { return m_tip; }
  [[nodiscard]] const Listing& entries() const { return m_entries; }
  [[nodiscard]] const Entry* find(std::string_view path) const;
  // A file of the tip. Throws Errc::config where it is larger.
  [[nodiscard]] std::optional<std::string> read(std::string_view path, std::size_t max_bytes) const;
  // One commit for all, on top of the tip that was fetched, and its push, which never overwrites
  // anything. moved: somebody else was faster, nothing was changed, and fetch() shows what is there
  // now. Whether a push whose answer was lost has arrived is looked up. Throws Errc::permission for
  // a branch that is protected.
  Pushed push(const Changes& changes, std::string_view message, Refusal refusal = Refusal::error);
  // The last refusal that was an answer, as an Error.
  [[nodiscard]] base::Error refusal() const;
  // The same commit on a branch of another name, in place of what this left there before.
  // nothing_new: that branch has these changes, on top of the tip that was fetched, or among what
  // others put there. Throws Errc::conflict where others put something else there.
  Pushed push_aside(const Changes& changes, std::string_view message, const std::string& branch);
  // Its name, asked for where it is the default one.
  const std::string& known_name();

 private:
  // Where that branch is, and may it be replaced?
  struct Aside {
    std::string tip;  // empty: there is none
    bool is_there = false;
  };
  [[nodiscard]] Aside look_aside(const std::string& tree, const Changes& changes,
                                 const std::string& branch) const;
  void fetch_tip();
  [[nodiscard]] std::string commit_of(const std::string& tree, std::string_view message) const;
  [[nodiscard]] std::string tree_of(const Changes& changes) const;
  [[nodiscard]] std::vector<std::string> identity() const;
  [[nodiscard]] base::ProcessResult run_remote(std::vector<std::string> arguments) const;

  WorkingFolder m_folder;
  Program m_git;
  mutable Objects m_objects;
  std::string m_name;
  base::Time m_now;
  std::string m_tip;
  std::optional<base::Error> m_refusal;
  Listing m_entries;
};

}  // namespace releaser::git
