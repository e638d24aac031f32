#pragma once

#include "agent/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace test {

schema::Version version(std::string_view text);
// For linux-x86_64, a day old.
schema::Release release(std::string_view text, schema::Channel channel = schema::Channel::stable);
schema::Notice notice(std::string_view reason);
// One step an hour ago. Nine tenths of the bucket numbers lie above that of the machine of a
// Situation for 1.2.0.
std::vector<schema::RolloutStep> rollout(int basis_points);

// A machine with 1.1.0 where 1.0.0 to 1.2.0 are out; cases change what they are about.
struct Situation {
  agent::PlanInput input;

  explicit Situation(const std::vector<std::string_view>& versions = {"1.0.0", "1.1.0", "1.2.0"},
                     std::string_view installed = "1.1.0");
  schema::Release& at(std::string_view text);
};

// "install 1.2.0", "up to date", "held 1.2.0 by pinned", "refused 9": short enough for tables.
std::string outcome_of(const agent::PlanInput& input);

}  // namespace test
