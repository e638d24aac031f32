#pragma once

#include "agent/package_owner.hpp"
#include "agent/services.hpp"
#include "base/json.hpp"

#include <optional>
#include <string>

namespace agent {

// Who keeps this program up to date.
enum class Keeper {
  itself,        // an installation of ours
  package,       // a package manager, by its receipt
  distribution,  // whoever built it without updates of its own; no receipt was found
  nobody,        // a plain file, as `install --unmanaged` leaves it
};

struct Ownership {
  Keeper keeper = Keeper::itself;
  std::optional<PackageOwner> owner;  // with Keeper::package
};

struct OwnershipFacts {
  SelfUpdate self_update = SelfUpdate::offered;
  bool is_own_version = false;    // the running program is one of versions/
  bool has_installation = false;  // the root has a receipt or a journal
  std::optional<PackageOwner> owner;
};
Ownership decide_ownership(const OwnershipFacts& facts);

// Looks for receipts only where the answer depends on them: of an installation of ours it costs
// nothing.
Ownership find_ownership(const Services& services);

enum class Wanted { update, removal };
// What a person types for it: "sudo apt-get install --only-upgrade tool"; of a plain file the line
// of the site's installer. Empty where nobody knows.
std::string keeper_command(const Services& services, const Ownership& ownership, Wanted wanted);
// "the package tool of apt", for people; "itself".
std::string keeper_text(const Ownership& ownership);
// {"manager", "package", "command"}; null where it keeps itself.
base::json::Value keeper_json(const Services& services, const Ownership& ownership, Wanted wanted);

// Refuses, with the command to use instead, where this program is not ours to change:
// Errc::managed. With --json the report is written first. `install` is exempt, except of a build
// that leaves updates to its distribution.
void require_unmanaged(const Services& services, Wanted wanted = Wanted::update);
void require_self_update(const Services& services);

}  // namespace agent
