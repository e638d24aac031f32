#pragma once

#include "agent/service/units.hpp"
#include "base/environment.hpp"

namespace agent {

// The files of units below one folder of systemd, and the links by which a target starts them.
// Only what `service install` of this installation wrote is changed or removed.

// $XDG_CONFIG_HOME/systemd/user or ~/.config/systemd/user; /etc/systemd/system.
base::Path unit_directory(const base::Environment& environment, const base::Path& home,
                          UnitScope scope);

// Writes units and links where they are not as they should be; gives the files that were written.
// Throws Errc::config where one of the names is somebody else's, before anything is written.
std::vector<base::Path> write_units(const base::Path& directory, const std::vector<Unit>& units,
                                    const UnitFacts& facts);

// Removes links and units of this installation, then folders that are empty by that; gives the
// files. Another's stay.
std::vector<base::Path> remove_units(const base::Path& directory, const UnitFacts& facts,
                                     UnitScope scope);

struct UnitFile {
  UnitName name;
  base::Path path;
  std::optional<UnitOwner> owner;  // nothing: there is no such file
  bool enabled = false;            // its target starts it; so does something else where it has none
};
std::vector<UnitFile> inspect_units(const base::Path& directory, const UnitFacts& facts,
                                    UnitScope scope);

}  // namespace agent
