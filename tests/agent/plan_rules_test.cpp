#include "agent/plan.hpp"
#include "tests/agent/situation.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <string_view>
#include <vector>

namespace {

using agent::Decision;
using agent::Initiative;
using agent::Rule;
using schema::Channel;
using test::notice;
using test::outcome_of;
using test::release;
using test::rollout;
using test::Situation;
using test::version;

struct PlanRow {
  std::string_view sentence;
  std::function<void(Situation&)> change;
  std::string_view explicitly, unattended, by_version;  // `update`, --unattended, --version 1.2.0
};

const std::vector<PlanRow>& rows() {
  static const std::vector<PlanRow> all_rows{
      {"the newest release is taken", [](Situation&) {}, "install 1.2.0", "install 1.2.0",
       "install 1.2.0"},
      {"nothing below the floor is installed",
       [](Situation& s) { s.input.available.security_floor = version("1.3.0"); }, "up to date",
       "up to date", "refused 7"},
      {"a withdrawn release is not taken",
       [](Situation& s) { s.at("1.2.0").yanked = notice("broken"); }, "up to date", "up to date",
       "refused 9"},
      {"a halt stops `update`, and --version goes past it",
       [](Situation& s) { s.input.available.halts[Channel::stable] = notice("looking into it"); },
       "held 1.2.0 by halted", "held 1.2.0 by halted", "install 1.2.0"},
      {"a rollback holds what was left",
       [](Situation& s) {
         s.input.installed.hold = agent::RollbackHold{version("1.2.0"), test::now()};
       },
       "held 1.2.0 by held", "held 1.2.0 by held", "install 1.2.0"},
      {"a hold ends with something newer than what was left",
       [](Situation& s) {
         s.input.installed.hold = agent::RollbackHold{version("1.1.5"), test::now()};
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"a pin keeps other versions away", [](Situation& s) { s.input.config.pin_version = "1.1"; },
       "held 1.2.0 by pinned", "held 1.2.0 by pinned", "install 1.2.0"},
      {"a pin is compared component by component",
       [](Situation& s) {
         s.input.config.pin_version = "1.2";
         s.input.available.releases.emplace(version("1.20.0"), release("1.20.0"));
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"a skipped version is not taken",
       [](Situation& s) { s.input.config.skip_versions = {version("1.2.0")}; },
       "held 1.2.0 by skipped", "held 1.2.0 by skipped", "install 1.2.0"},
      {"what failed here is not tried again",
       [](Situation& s) {
         s.input.installed.blocklist = {{version("1.2.0"),
                                         s.at("1.2.0").platforms.begin()->second.sha256, "crashed",
                                         test::now()}};
       },
       "held 1.2.0 by blocked", "held 1.2.0 by blocked", "install 1.2.0"},
      {"another archive of a version that failed here is tried",
       [](Situation& s) {
         s.input.installed.blocklist = {
             {version("1.2.0"), trust::sha256_of("other"), "crashed", test::now()}};
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"breaking changes are never taken unattended",
       [](Situation& s) { s.at("1.2.0").breaking_changes = true; }, "install 1.2.0",
       "held 1.2.0 by breaking", "install 1.2.0"},
      {"a step over breaking changes breaks as well",
       [](Situation& s) {
         s.input.available.releases.emplace(version("1.1.5"), release("1.1.5"));
         s.at("1.1.5").breaking_changes = true;
       },
       "install 1.2.0", "held 1.2.0 by breaking", "install 1.2.0"},
      {"critical does not make breaking changes harmless",
       [](Situation& s) { s.at("1.2.0").breaking_changes = s.at("1.2.0").critical = true; },
       "install 1.2.0", "held 1.2.0 by breaking", "install 1.2.0"},
      {"outside of the window nothing happens unattended",
       [](Situation& s) { s.input.config.window = agent::Window::parse("02:00-05:00"); },
       "install 1.2.0", "held 1.2.0 by window", "install 1.2.0"},
      {"inside of the window it does",
       [](Situation& s) {
         s.input.config.window = agent::Window::parse("02:00-05:00");
         s.input.local_minute_of_week = 180;
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"critical does not wait for the window",
       [](Situation& s) {
         s.input.config.window = agent::Window::parse("02:00-05:00");
         s.at("1.2.0").critical = true;
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"a machine outside of the rollout waits",
       [](Situation& s) { s.at("1.2.0").rollout = rollout(1); }, "install 1.2.0",
       "held 1.2.0 by rollout", "install 1.2.0"},
      {"critical does not wait for the rollout",
       [](Situation& s) {
         s.at("1.2.0").rollout = rollout(1);
         s.at("1.2.0").critical = true;
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"without an id a machine waits until everybody may",
       [](Situation& s) {
         s.at("1.2.0").rollout = rollout(9999);
         s.input.install_id = std::nullopt;
       },
       "install 1.2.0", "held 1.2.0 by rollout", "install 1.2.0"},
      {"a rollout that reached everybody needs no id",
       [](Situation& s) {
         s.at("1.2.0").rollout = rollout(10000);
         s.input.install_id = std::nullopt;
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"outside of a rollout the newest release that is complete is taken",
       [](Situation& s) {
         s.input.available.releases.emplace(version("1.3.0"), release("1.3.0"));
         s.at("1.3.0").rollout = rollout(0);
       },
       "install 1.3.0", "install 1.2.0", "install 1.2.0"},
      {"a release that needs a newer glibc is not taken",
       [](Situation& s) { s.at("1.2.0").platforms.begin()->second.requirements.glibc = "2.37"; },
       "held 1.2.0 by requirements", "held 1.2.0 by requirements", "refused 9"},
      {"a release without an archive for this machine is not taken",
       [](Situation& s) { s.at("1.2.0").platforms.clear(); }, "held 1.2.0 by platform",
       "held 1.2.0 by platform", "refused 9"},
      {"where no release has an archive for this machine, that is said",
       [](Situation& s) { s.input.machine.arch = schema::Architecture::s390x; }, "refused 9",
       "refused 9", "refused 9"},
      {"a release that needs a stepping stone waits for it",
       [](Situation& s) { s.at("1.2.0").minimum_upgrade_from = version("1.1.3"); },
       "held 1.2.0 by stepping-stone", "held 1.2.0 by stepping-stone", "refused 3"},
      {"a stepping stone goes first",
       [](Situation& s) {
         s.at("1.2.0").minimum_upgrade_from = version("1.1.3");
         s.input.available.releases.emplace(version("1.1.3"), release("1.1.3"));
         s.input.available.releases.emplace(version("1.1.4"), release("1.1.4"));
       },
       "install 1.1.4", "install 1.1.4", "refused 3"},
      {"a withdrawn stepping stone is stepped around",
       [](Situation& s) {
         s.at("1.2.0").minimum_upgrade_from = version("1.1.3");
         s.input.available.releases.emplace(version("1.1.3"), release("1.1.3"));
         s.input.available.releases.emplace(version("1.1.4"), release("1.1.4"));
         s.at("1.1.4").yanked = notice("broken");
       },
       "install 1.1.3", "install 1.1.3", "refused 3"},
      {"a first installation needs no stepping stone",
       [](Situation& s) {
         s.input.installed.current = std::nullopt;
         s.at("1.2.0").minimum_upgrade_from = version("1.1.3");
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"a first installation breaks nothing",
       [](Situation& s) {
         s.input.installed.current = std::nullopt;
         s.at("1.2.0").breaking_changes = true;
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"a release of a channel that is not seen is not taken",
       [](Situation& s) { s.at("1.2.0").channel = Channel::beta; }, "up to date", "up to date",
       "install 1.2.0"},
      {"an empty manifest leaves things as they are",
       [](Situation& s) { s.input.available.releases.clear(); }, "up to date", "up to date",
       "refused 9"},
      {"an empty manifest installs nothing",
       [](Situation& s) {
         s.input.available.releases.clear();
         s.input.installed.current = std::nullopt;
       },
       "refused 9", "refused 9", "refused 9"},
      {"a withdrawn version is left for the newest good one",
       [](Situation& s) { s.at("1.1.0").yanked = notice("broken"); }, "install 1.2.0",
       "install 1.2.0", "install 1.2.0"},
      {"a withdrawn version is left downward too",
       [](Situation& s) { s.at("1.1.0").yanked = s.at("1.2.0").yanked = notice("broken"); },
       "down to 1.0.0", "down to 1.0.0", "refused 9"},
      {"a withdrawn version is not left for one below the floor",
       [](Situation& s) {
         s.at("1.1.0").yanked = s.at("1.2.0").yanked = notice("broken");
         s.input.available.security_floor = version("1.1.0");
       },
       "up to date", "up to date", "refused 9"},
      {"a withdrawn version is left within the pin where that has one",
       [](Situation& s) {
         s.at("1.1.0").yanked = notice("broken");
         s.input.config.pin_version = "1.0";
       },
       "down to 1.0.0", "down to 1.0.0", "install 1.2.0"},
      {"a withdrawn version is left out of the pin where that has none",
       [](Situation& s) {
         s.at("1.1.0").yanked = notice("broken");
         s.input.config.pin_version = "1.1";
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"a withdrawn version is left although the channel is halted",
       [](Situation& s) {
         s.at("1.1.0").yanked = notice("broken");
         s.input.available.halts[Channel::stable] = notice("looking into it");
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"a withdrawn version is not left unattended for breaking changes",
       [](Situation& s) {
         s.at("1.1.0").yanked = s.at("1.0.0").yanked = notice("broken");
         s.at("1.2.0").breaking_changes = true;
       },
       "install 1.2.0", "held 1.2.0 by breaking", "install 1.2.0"},
      {"a version below the floor is left, whatever the pin says",
       [](Situation& s) {
         s.input.available.security_floor = version("1.2.0");
         s.input.config.pin_version = "1.1";
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"a version below the floor is left outside of the window and the rollout",
       [](Situation& s) {
         s.input.available.security_floor = version("1.2.0");
         s.input.config.window = agent::Window::parse("02:00-05:00");
         s.at("1.2.0").rollout = rollout(0);
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"a critical release ignores the skip list, the window and the rollout",
       [](Situation& s) {
         s.at("1.2.0").critical = true;
         s.at("1.2.0").rollout = rollout(0);
         s.input.config.skip_versions = {version("1.2.0")};
         s.input.config.window = agent::Window::parse("02:00-05:00");
       },
       "install 1.2.0", "install 1.2.0", "install 1.2.0"},
      {"a critical release stays outside of the policy's pin",
       [](Situation& s) {
         s.at("1.2.0").critical = true;
         s.input.config.policy.pin_version = "1.1";
       },
       "held 1.2.0 by policy", "held 1.2.0 by policy", "refused 3"},
      {"a policy that allows one channel refuses the others",
       [](Situation& s) {
         s.at("1.2.0").channel = Channel::beta;
         s.input.config.channel = Channel::beta;
         s.input.config.policy.allowed_channels = {{Channel::stable}};
       },
       "held 1.2.0 by policy", "held 1.2.0 by policy", "refused 3"},
      {"what a policy skips is refused to orders too",
       [](Situation& s) { s.input.config.policy.skip_versions = {version("1.2.0")}; },
       "held 1.2.0 by policy", "held 1.2.0 by policy", "refused 3"},
      {"a withdrawn version is left, but not for what the policy refuses",
       [](Situation& s) {
         s.at("1.1.0").yanked = notice("broken");
         s.input.config.policy.pin_version = "1.0";
       },
       "down to 1.0.0", "down to 1.0.0", "refused 3"},
      {"a withdrawn version stays where the policy allows no other",
       [](Situation& s) {
         s.at("1.1.0").yanked = notice("broken");
         s.input.config.policy.pin_version = "1.1";
       },
       "held 1.2.0 by policy", "held 1.2.0 by policy", "refused 3"},
      {"the policy goes before the security floor",
       [](Situation& s) {
         s.input.available.security_floor = version("1.2.0");
         s.input.config.policy.pin_version = "1.1";
       },
       "held 1.2.0 by policy", "held 1.2.0 by policy", "refused 3"},
      {"a pin below the installed version takes nothing down",
       [](Situation& s) { s.input.config.pin_version = "1.0"; }, "held 1.2.0 by pinned",
       "held 1.2.0 by pinned", "install 1.2.0"},
  };
  return all_rows;
}

void apply_rule(Situation& s, Rule rule) {
  switch (rule) {
    case Rule::policy:
      s.input.config.policy.file = "/etc/tool-updater/policy.toml";
      s.input.config.policy.pin_version = "1.1";
      break;
    case Rule::security_floor:
      s.input.available.security_floor = version("1.3.0");
      break;
    case Rule::yanked:
      s.at("1.2.0").yanked = notice("broken");
      break;
    case Rule::halted:
      s.input.available.halts[Channel::stable] = notice("halt");
      break;
    case Rule::held:
      s.input.installed.hold = agent::RollbackHold{version("1.2.0"), test::now()};
      break;
    case Rule::pinned:
      s.input.config.pin_version = "1.1";
      break;
    case Rule::skipped:
      s.input.config.skip_versions = {version("1.2.0")};
      break;
    case Rule::breaking:
      s.at("1.2.0").breaking_changes = true;
      break;
    case Rule::window:
      s.input.config.window = agent::Window::parse("02:00-05:00");
      break;
    case Rule::rollout:
      s.at("1.2.0").rollout = rollout(0);
      break;
    case Rule::taken:
    case Rule::not_asked_for:
    case Rule::current:
    case Rule::older:
    case Rule::channel:
    case Rule::platform:
    case Rule::requirements:
    case Rule::blocked:
    case Rule::stepping_stone:
    case Rule::passed_over:
      FAIL("no rule of the precedence");
  }
}

constexpr std::array kPrecedence{Rule::policy, Rule::security_floor, Rule::yanked,  Rule::halted,
                                 Rule::held,   Rule::pinned,         Rule::skipped, Rule::breaking,
                                 Rule::window, Rule::rollout};

Rule rule_of(const Decision& decision, std::string_view text) {
  for (const agent::Verdict& verdict : decision.verdicts) {
    if (verdict.version == version(text)) return verdict.rule;
  }
  FAIL("no verdict on " << text);
  return Rule::taken;
}

}  // namespace

TEST_SUITE("agent/plan") {
  TEST_CASE("each rule decides as the design says") {
    for (const PlanRow& row : rows()) {
      CAPTURE(row.sentence);
      Situation situation;
      row.change(situation);
      CHECK(outcome_of(situation.input) == row.explicitly);
      situation.input.request.initiative = Initiative::unattended;
      CHECK(outcome_of(situation.input) == row.unattended);
      situation.input.request = {Initiative::explicit_request, version("1.2.0")};
      CHECK(outcome_of(situation.input) == row.by_version);
    }
  }

  TEST_CASE("a timer is silent of what waits by itself, and tells what needs somebody") {
    for (const Rule rule : {Rule::policy, Rule::halted, Rule::held, Rule::pinned, Rule::skipped,
                            Rule::window, Rule::rollout}) {
      CAPTURE(agent::rule_name(rule));
      CHECK(agent::is_wait(rule));
    }
    for (const Rule rule : {Rule::platform, Rule::requirements, Rule::blocked, Rule::stepping_stone,
                            Rule::breaking}) {
      CAPTURE(agent::rule_name(rule));
      CHECK_FALSE(agent::is_wait(rule));
    }
  }

  TEST_CASE("of two rules that refuse a release, the stronger one is named") {
    for (std::size_t i = 0; i < kPrecedence.size(); ++i) {
      for (std::size_t j = i + 1; j < kPrecedence.size(); ++j) {
        CAPTURE(agent::rule_name(kPrecedence.at(i)));
        CAPTURE(agent::rule_name(kPrecedence.at(j)));
        Situation situation;
        situation.input.request.initiative = Initiative::unattended;
        apply_rule(situation, kPrecedence.at(i));
        apply_rule(situation, kPrecedence.at(j));
        // Below the floor the current version must go, and takes no other rule along.
        CHECK(rule_of(agent::make_plan(situation.input), "1.2.0") == kPrecedence.at(i));
      }
    }
  }
}
