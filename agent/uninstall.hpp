#pragma once

#include "agent/journal.hpp"
#include "agent/services.hpp"

#include <string>
#include <vector>

namespace agent {

// Removes what the agent keeps in its root besides versions, and the folders that are then empty;
// what is not ours stays, and `done` names it. Only under the lock, which goes with the root:
// whoever comes then starts from nothing.
void remove_root(const Layout& layout, std::vector<std::string>& done);

// Once a first installation is refused, nothing of it stays: the root, and the folders on the way
// to it and to the links that were made for it.
class FirstInstallation {
 public:
  // Before anything is made.
  explicit FirstInstallation(const Layout& layout);
  // Under the lock. Does nothing where the root was there before, or holds something by now.
  void take_back() const;

 private:
  const Layout& m_layout;
  std::vector<base::Path> m_missing;  // folders, each after what it lies in
};

enum class Purge { no, yes };

// Takes back what `install` did: links, shell files, and the names of Layout below the root; with
// Purge::yes also config.toml. Whatever else lies there stays and is named. Gives what was done,
// for people. Journaled: whoever comes after a kill continues it, whatever they came for. Throws
// Errc::locked like WriteAccess.
std::vector<std::string> uninstall(const Services& services, Purge purge);
// All of it but the lock and the journal's first entry, which the caller has made; idempotent.
std::vector<std::string> finish_removal(const Services& services, const Journal& journal);
// For `install`, which starts from nothing then.
void finish_interrupted_removal(const Services& services);

}  // namespace agent
