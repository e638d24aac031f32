#include "agent/rule.hpp"

#include <algorithm>
#include <array>

namespace agent {

std::string_view rule_name(Rule rule) {
  switch (rule) {
    case Rule::taken:
      return "taken";
    case Rule::not_asked_for:
      return "not-asked-for";
    case Rule::current:
      return "current";
    case Rule::policy:
      return "policy";
    case Rule::security_floor:
      return "security-floor";
    case Rule::yanked:
      return "yanked";
    case Rule::older:
      return "older";
    case Rule::channel:
      return "channel";
    case Rule::platform:
      return "platform";
    case Rule::requirements:
      return "requirements";
    case Rule::blocked:
      return "blocked";
    case Rule::halted:
      return "halted";
    case Rule::held:
      return "held";
    case Rule::pinned:
      return "pinned";
    case Rule::skipped:
      return "skipped";
    case Rule::stepping_stone:
      return "stepping-stone";
    case Rule::breaking:
      return "breaking";
    case Rule::window:
      return "window";
    case Rule::rollout:
      return "rollout";
    case Rule::passed_over:
      return "passed-over";
  }
  return "";
}

bool is_wait(Rule rule) {
  constexpr std::array kWaits{Rule::policy,  Rule::halted, Rule::held,   Rule::pinned,
                              Rule::skipped, Rule::window, Rule::rollout};
  return std::find(kWaits.begin(), kWaits.end(), rule) != kWaits.end();
}

}  // namespace agent
