#include "agent/audit.hpp"

#include "tests/agent/situation.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>

namespace {

using base::Errc;
using test::notice;
using test::Situation;
using test::version;

struct AuditRow {
  std::string_view sentence;
  std::function<void(Situation&)> change;
  Errc status;
  std::string_view problems;  // names with blanks between
};

std::string names_of(const std::vector<agent::AuditFinding>& findings) {
  std::string names;
  for (const agent::AuditFinding& finding : findings) {
    names += names.empty() ? "" : " ";
    names += agent::audit_problem_name(finding.problem);
    CHECK(!finding.text.empty());
  }
  return names;
}

}  // namespace

TEST_SUITE("agent/audit") {
  TEST_CASE("each problem has its status, and the gravest counts") {
    const AuditRow rows[] = {
        {"a good version with something newer is well", [](Situation&) {}, Errc::done, ""},
        {"a withdrawn version", [](Situation& s) { s.at("1.1.0").yanked = notice("broken"); },
         Errc::untrusted, "yanked"},
        {"a withdrawn version that is not installed",
         [](Situation& s) { s.at("1.2.0").yanked = notice("broken"); }, Errc::done, ""},
        {"below the floor",
         [](Situation& s) { s.input.available.security_floor = version("1.2.0"); }, Errc::untrusted,
         "below-floor"},
        {"at the floor", [](Situation& s) { s.input.available.security_floor = version("1.1.0"); },
         Errc::done, ""},
        {"damaged", [](Situation& s) { s.input.installed.current_is_damaged = true; },
         Errc::untrusted, "damaged"},
        {"outside of the policy's pin",
         [](Situation& s) { s.input.config.policy.pin_version = "1.2"; }, Errc::config, "policy"},
        {"outside of the user's own pin", [](Situation& s) { s.input.config.pin_version = "1.2"; },
         Errc::done, ""},
        {"of a channel that the policy does not allow",
         [](Situation& s) {
           s.at("1.1.0").channel = schema::Channel::beta;
           s.input.config.policy.allowed_channels = {{schema::Channel::stable}};
         },
         Errc::config, "policy"},
        {"a critical update", [](Situation& s) { s.at("1.2.0").critical = true; },
         Errc::update_available, "critical-update"},
        {"a critical version that is installed",
         [](Situation& s) { s.at("1.1.0").critical = true; }, Errc::done, ""},
        {"a critical update that was withdrawn",
         [](Situation& s) {
           s.at("1.2.0").critical = true;
           s.at("1.2.0").yanked = notice("broken");
         },
         Errc::done, ""},
        {"a critical update of a channel that is not followed",
         [](Situation& s) {
           s.at("1.2.0").critical = true;
           s.at("1.2.0").channel = schema::Channel::beta;
         },
         Errc::done, ""},
        {"everything at once",
         [](Situation& s) {
           s.at("1.1.0").yanked = notice("broken");
           s.at("1.2.0").critical = true;
           s.input.available.security_floor = version("1.2.0");
           s.input.config.policy.pin_version = "1.2";
         },
         Errc::untrusted, "below-floor yanked policy critical-update"},
    };
    for (const AuditRow& row : rows) {
      CAPTURE(row.sentence);
      Situation situation;
      row.change(situation);
      const auto findings = agent::audit(situation.input);
      CHECK(names_of(findings) == row.problems);
      CHECK(agent::audit_status(findings) == row.status);
    }
  }
}
