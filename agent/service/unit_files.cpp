#include "agent/service/unit_files.hpp"

#include "agent/layout.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <system_error>

namespace agent {
namespace {

using base::cat;

constexpr std::size_t kMaxUnit = std::size_t{64} * 1024;

base::Path wants_folder(const base::Path& directory, const UnitName& name) {
  return directory / cat(name.wanted_by, ".wants");
}

// As `systemctl enable` makes it.
base::Path wants_link(const base::Path& directory, const UnitName& name) {
  return wants_folder(directory, name) / name.name;
}

base::Path wants_target(const UnitName& name) { return base::Path("..") / name.name; }

// A link, which `systemctl mask` makes too, is somebody else's.
std::optional<UnitOwner> owner_of(const base::Path& path, const UnitFacts& facts) {
  using std::filesystem::file_type;
  const file_type type = base::type_of(path, base::Links::not_followed);
  if (type == file_type::not_found) {
    return std::nullopt;
  }
  return type == file_type::regular
             ? owner_of_unit(base::read_file(path, kMaxUnit), facts.program, facts.root)
             : UnitOwner::somebody_else;
}

void require_ours(const base::Path& path, const UnitFacts& facts) {
  const auto owner = owner_of(path, facts);
  if (owner == UnitOwner::somebody_else) {
    throw base::Error(base::Errc::config, cat(path.native(), " was not written by ", facts.program,
                                              " and stays; move it away and run this again"));
  }
  if (owner == UnitOwner::other_installation) {
    throw base::Error(
        base::Errc::config,
        cat(path.native(), " belongs to another installation of ", facts.program,
            " (its second line names it); run `service uninstall` of that one first"));
  }
}

void remove_if_empty(const base::Path& folder) {
  std::error_code not_empty;
  std::filesystem::remove(folder, not_empty);
}

}  // namespace

base::Path unit_directory(const base::Environment& environment, const base::Path& home,
                          UnitScope scope) {
  return scope == UnitScope::system
             ? base::Path("/etc/systemd/system")
             : user_directory(environment, "XDG_CONFIG_HOME", home, ".config") / "systemd" / "user";
}

std::vector<base::Path> write_units(const base::Path& directory, const std::vector<Unit>& units,
                                    const UnitFacts& facts) {
  for (const Unit& unit : units) {
    require_ours(directory / unit.name.name, facts);
  }
  std::vector<base::Path> written;
  for (const Unit& unit : units) {
    const base::Path path = directory / unit.name.name;
    if (base::read_file_if_exists(path, kMaxUnit) != unit.text) {
      base::make_directories(directory);
      base::write_file_atomically(path, unit.text, 0644);
      written.push_back(path);
    }
    if (unit.name.wanted_by.empty()) {
      continue;
    }
    const base::Path link = wants_link(directory, unit.name);
    if (base::type_of(link, base::Links::not_followed) == std::filesystem::file_type::not_found) {
      base::make_directories(link.parent_path());
      base::replace_symlink(link, wants_target(unit.name));
      written.push_back(link);
    }
  }
  return written;
}

std::vector<base::Path> remove_units(const base::Path& directory, const UnitFacts& facts,
                                     UnitScope scope) {
  std::vector<base::Path> removed;
  for (const UnitFile& unit : inspect_units(directory, facts, scope)) {
    if (unit.owner != UnitOwner::this_installation) {
      continue;
    }
    if (unit.enabled && !unit.name.wanted_by.empty()) {
      base::remove_if_exists(wants_link(directory, unit.name));
      remove_if_empty(wants_folder(directory, unit.name));
    }
    base::remove_if_exists(unit.path);
    removed.push_back(unit.path);
  }
  if (!removed.empty() && scope == UnitScope::user) {
    remove_if_empty(directory);
    remove_if_empty(directory.parent_path());
  }
  return removed;
}

std::vector<UnitFile> inspect_units(const base::Path& directory, const UnitFacts& facts,
                                    UnitScope scope) {
  std::vector<UnitFile> found;
  for (UnitName& name : unit_names(facts.program, scope)) {
    const base::Path path = directory / name.name;
    const bool enabled = name.wanted_by.empty() ||
                         base::type_of(wants_link(directory, name), base::Links::not_followed) ==
                             std::filesystem::file_type::symlink;
    found.push_back({std::move(name), path, owner_of(path, facts), enabled});
  }
  return found;
}

}  // namespace agent
