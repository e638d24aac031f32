#pragma once

#include "agent/service/systemd.hpp"
#include "agent/service/unit_files.hpp"
#include "agent/services.hpp"

namespace agent {

// The units of this installation, as the commands `service …` and `uninstall` see them.

UnitFacts unit_facts(const Services& services);
base::Path unit_directory(const Services& services, UnitScope scope);

// Why units of the whole machine cannot be made of this installation: who may not become root, a
// root that others may write or cannot read. Throws Errc::cannot_write, in one line that says what
// to do.
void require_fit_for_system(const Layout& layout);

// Ends what runs, removes the units, and lets systemd forget them; gives the files that went. Where
// nobody is there to ask, the files go all the same.
std::vector<base::Path> take_units_away(const Services& services, UnitScope scope);

// The same in every scope that this account may write, for who removes the whole installation. What
// cannot be done is added to `remarks`: it must not keep anybody from that.
void take_all_units_away(const Services& services, std::vector<std::string>& remarks);

}  // namespace agent
