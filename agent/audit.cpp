#include "agent/audit.hpp"

#include "agent/judge.hpp"
#include "agent/policy.hpp"
#include "base/text.hpp"

namespace agent {

using base::cat;
using base::Errc;

std::string_view audit_problem_name(AuditProblem problem) {
  switch (problem) {
    case AuditProblem::below_floor:
      return "below-floor";
    case AuditProblem::yanked:
      return "yanked";
    case AuditProblem::damaged:
      return "damaged";
    case AuditProblem::policy:
      return "policy";
    case AuditProblem::stale:
      return "stale";
    case AuditProblem::critical_update:
      return "critical-update";
  }
  return "";
}

std::vector<AuditFinding> audit(const PlanInput& input) {
  const schema::Version& current = *input.installed.current;
  const schema::Release* release = find_release(input, current);
  std::vector<AuditFinding> findings;
  if (is_below_floor(input, current)) {
    findings.push_back(
        {AuditProblem::below_floor, cat(current.text(), " is below the security floor ",
                                        input.available.security_floor->text())});
  }
  if (release != nullptr && release->yanked) {
    findings.push_back({AuditProblem::yanked, cat(current.text(), " was withdrawn: ",
                                                  base::safe_text(release->yanked->reason))});
  }
  if (input.installed.current_is_damaged) {
    findings.push_back({AuditProblem::damaged, cat(current.text(), " is damaged")});
  }
  const schema::Channel channel =
      release != nullptr ? release->channel : schema::channel_of(current);
  if (const auto objection = policy_objection(input.config.policy, current, channel)) {
    findings.push_back({AuditProblem::policy, cat(current.text(), " ", *objection)});
  }
  for (const auto& [version, newer] : input.available.releases) {
    if (!is_upgrade(input, version) || !newer.critical || newer.yanked || !is_seen(input, newer) ||
        is_below_floor(input, version)) {
      continue;
    }
    findings.push_back(
        {AuditProblem::critical_update, cat(version.text(), " is critical and not installed")});
    break;
  }
  return findings;
}

Errc audit_status(const std::vector<AuditFinding>& findings) {
  if (findings.empty()) return Errc::done;
  switch (findings.front().problem) {
    case AuditProblem::below_floor:
    case AuditProblem::yanked:
    case AuditProblem::damaged:
      return Errc::untrusted;
    case AuditProblem::policy:
      return Errc::config;
    case AuditProblem::stale:
      return Errc::expired;
    case AuditProblem::critical_update:
      return Errc::update_available;
  }
  return Errc::internal;
}

}  // namespace agent
