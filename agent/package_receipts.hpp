#pragma once

#include "agent/package_owner.hpp"
#include "base/file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// Whose package a program is, by what package managers leave on a machine: the receipt in the
// package's own folder, else the databases of the system. A path alone proves nothing (but in Nix's
// store), and a receipt that does not name this program neither.
//   root     where that machine's files are found: "/", but in tests
//   program  without links, as that machine names it: "/usr/bin/tool"
// Reads files of at most 16 MB each and runs nothing but rpm. What cannot be read is no receipt.
std::optional<PackageOwner> find_package_owner(const base::Path& root, const base::Path& program);

// The two halves of it.
std::optional<PackageOwner> owner_by_folder(const base::Path& root, const base::Path& program);
std::optional<PackageOwner> owner_by_database(const base::Path& root, const base::Path& program);

// The name of a path in Nix's store, without digest and version: "tool" of
// "/nix/store/<32 letters>-tool-1.2.0/bin/tool". A version begins with the first dash that no
// letter follows (Nix's parseDrvName).
std::optional<std::string> nix_package_name(std::string_view program);

namespace receipt {

// The whole text of a receipt, or nothing where it is missing, larger than that, or not ours to
// read.
std::optional<std::string> text_of(const base::Path& file);
bool is_file(const base::Path& file);
bool has_line(std::string_view text, std::string_view line);

}  // namespace receipt

}  // namespace agent
