#pragma once

#include "agent/recovery.hpp"
#include "agent/services.hpp"

#include <optional>
#include <string>

namespace agent {

// What an earlier run left is settled: the effects of recover_action(). Only under the lock.
struct Recovered {
  std::string done;  // for people; empty where there was nothing to do
  // What is left to the service whose update is on probation; its journal stays.
  std::optional<RecoveryAction> pending;
};

// Throws Errc::cannot_write while BLOCKED holds, Errc::not_found once an uninstall that was cut
// off is finished, Errc::rolled_back where the version that was switched to is not fit.
Recovered recover(const Services& services, Role role, Insistence insistence);

// BLOCKED, for doctor and for the refusal: what happened, and what to do.
std::string blocked_text(const Layout& layout, const Journal& journal);

}  // namespace agent
