#pragma once

#include "agent/plan.hpp"
#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agent {

// What whoever looks after many machines wants to know of one.
enum class AuditProblem { below_floor, yanked, damaged, policy, stale, critical_update };
std::string_view audit_problem_name(AuditProblem problem);  // "below-floor"

struct AuditFinding {
  AuditProblem problem;
  std::string text;
};

// Pure. The gravest first; empty: all well. Requires an installed version.
std::vector<AuditFinding> audit(const PlanInput& input);

// untrusted for what must not run any more, config for a policy that is not met, expired for what
// the site said too long ago, update_available for a critical update; done for none. Of several the
// first one counts.
base::Errc audit_status(const std::vector<AuditFinding>& findings);

}  // namespace agent
