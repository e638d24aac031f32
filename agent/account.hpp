#pragma once

#include "base/file.hpp"

#include <optional>
#include <string>

namespace agent {

// The user that runs this process, and who owns a folder. Implementation: account_posix.cpp.

// The home of the passwd entry; nothing where there is none.
std::optional<base::Path> account_home();
bool runs_as_root();
// Set-user-ID, set-group-ID or with capabilities of its file: whoever made the environment has
// fewer rights than this process.
bool is_privileged();
// "ann" or "1000".
std::string account_name();
// Nothing where `path` does not exist.
std::optional<std::string> owner_name(const base::Path& path);
// Why a folder cannot be trusted, or nothing: "is a link or no folder", "belongs to ann", "may be
// written by everybody". own: must be this account's. of_machine: this account's or root's.
// on_the_way: the same, and others may write in it where it is sticky, as /tmp is, because then
// they cannot rename what is ours. For root, a group other than root's is everybody too.
enum class FolderTrust { own, of_machine, on_the_way };
std::optional<std::string> distrust_reason(const base::Path& folder, FolderTrust trust);
bool owned_by_this_account(const base::Path& path);
// Root is whoever owns "/": also what root is called in a user namespace.
bool owned_by_root(const base::Path& path);

}  // namespace agent
