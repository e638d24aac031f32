#pragma once

#include "agent/state.hpp"
#include "base/environment.hpp"
#include "base/file.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// Putting the folder of the programs on PATH, for the shells that this user has.

enum class ShellSyntax { posix, fish };

// A word of a POSIX shell: in single quotes, "it's" as 'it'\''s'.
std::string posix_quoted(std::string_view text);

// The lines between two marks that `install` adds and `uninstall` finds again.
std::string path_block(std::string_view program, const base::Path& bin_directory,
                       ShellSyntax syntax);
// The text with the block at its end, once: a block that is there already is renewed.
std::string with_path_block(std::string_view text, std::string_view program,
                            std::string_view block);
// Without it, and without the blank line that came with it. Only what path_block wrote is taken
// out, line for line; a block that somebody changed stays, and so does what follows it.
std::string without_path_block(std::string_view text, std::string_view program);
// Is there still a line that begins a block?
bool has_path_mark(std::string_view text, std::string_view program);

// Replaces the text of a file by what `change` makes of it, an absent one's by what it makes of "".
// What may not be replaced is left, also where it only became a link since it was planned or
// recorded; then the reason is given.
std::optional<std::string> edit_shell_file(
    const base::Path& file, const std::function<std::string(std::string_view)>& change);

// A file that a shell of this user reads at its start.
struct ShellFile {
  base::Path file;
  ShellSyntax syntax = ShellSyntax::posix;
};

struct ShellFacts {
  base::Path home;
  std::string shell;         // SHELL: "/usr/bin/zsh"
  base::Path zsh_directory;  // ZDOTDIR, else home
  base::Path configuration;  // XDG_CONFIG_HOME, else home/.config
  std::string program;       // names fish's file
  std::function<bool(const base::Path&)> exists;
};

// Which files get the block: those of the login shell, made where need be, and those of other
// shells that are there already. bash reads .bashrc, and at login only the first of .bash_profile,
// .bash_login, .profile.
std::vector<ShellFile> shell_files(const ShellFacts& facts);

// What happened, for people and for the receipt.
struct PathSetup {
  std::vector<PathEdit> edits;            // to be recorded before they are made
  std::optional<base::Path> github_path;  // gets a line for the next steps of a GitHub job
  std::vector<std::string> messages;      // what was done, or what to do by hand
};

enum class PathPolicy { modify, leave };

// Decides; changes nothing. Nothing is edited where the folder is on PATH, with PathPolicy::leave,
// in CI (but GITHUB_PATH gets a line), or in a file that is a link or read-only: then the line to
// add is told.
PathSetup plan_path_setup(const base::Environment& environment, const base::Path& home,
                          std::string_view program, const base::Path& bin_directory,
                          PathPolicy policy);
// Makes the edits of a plan. One that fails, or whose file became a link meanwhile, is told, and
// does not stop the others.
void make_path_edits(const PathSetup& setup, std::string_view program,
                     const base::Path& bin_directory, std::vector<std::string>& messages);
// The start-up files of this user that hold our block, where no receipt tells.
std::vector<PathEdit> find_path_edits(const base::Environment& environment, const base::Path& home,
                                      std::string_view program);
// Takes back what the receipt lists: removes the blocks, and a file that was made and is empty now.
// A block that somebody changed, or in a file that became a link or read-only, stays and is told.
void undo_path_edits(const std::vector<PathEdit>& edits, std::string_view program,
                     std::vector<std::string>& messages);

}  // namespace agent
