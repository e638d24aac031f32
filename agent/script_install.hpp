#pragma once

#include "agent/services.hpp"
#include "agent/state.hpp"
#include "base/environment.hpp"
#include "trust/digest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agent {

// What install.sh left of a release that had no updater: plain programs, lines in shell files, and
// a receipt of its own (<data>/<product>-updater/receipt.json). When a later release brings an
// updater, `install` takes that installation over instead of standing before foreign files.
struct ScriptInstall {
  struct File {
    base::Path path;
    std::optional<trust::Sha256> sha256;
  };
  base::Path receipt;
  base::Path bin_directory;
  std::vector<File> files;
  std::vector<PathEdit> path_edits;
  std::vector<base::Path> folders;  // deepest first
};

// Nothing where there is no such receipt, or it is of another product or another folder of
// programs. Throws Errc::config for a damaged one and for one of a newer installer.
std::optional<ScriptInstall> read_script_install(const base::Environment& environment,
                                                 const Layout& layout);

// Is this program still the one that the script installed? Only then may it be replaced.
bool is_unchanged(const ScriptInstall& script, const base::Path& file);

// After a release is in place: its programs become links to it, lines in shell files become ours
// (unless `edits` says to leave them), what is left of the old one goes, its receipt last, so that
// a kill leaves a program and a next `install` that finishes this. Gives what it did, for people.
enum class ShellEdits { take_over, leave };
std::vector<std::string> take_over(const Services& services, const ScriptInstall& script,
                                   const std::vector<std::string>& binaries, ShellEdits edits);

}  // namespace agent
