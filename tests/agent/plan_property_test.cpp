#include "agent/plan.hpp"
#include "agent/policy.hpp"
#include "tests/agent/situation.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string_view>
#include <vector>

namespace {

using agent::Decision;
using agent::Initiative;
using agent::Install;
using agent::PlanInput;
using schema::Channel;
using schema::Release;
using test::notice;
using test::rollout;
using test::Situation;
using test::version;

// Situations out of nowhere, the same ones in every run.
class Dice {
 public:
  explicit Dice(unsigned seed) : m_engine(seed) {}
  int below(int limit) { return static_cast<int>(m_engine() % static_cast<unsigned>(limit)); }
  bool once_in(int times) { return below(times) == 0; }

 private:
  std::mt19937 m_engine;
};

PlanInput random_input(Dice& dice) {
  constexpr std::array<std::string_view, 8> kVersions{
      "1.0.0", "1.1.0", "1.2.0-beta.1", "1.2.0", "1.10.0", "2.0.0-nightly.5", "2.0.0", "2.1.0"};
  std::vector<std::string_view> present;
  for (const std::string_view text : kVersions) {
    if (!dice.once_in(4)) present.push_back(text);
  }
  const auto pick = [&] { return version(kVersions.at(static_cast<std::size_t>(dice.below(8)))); };
  Situation s(present, "");
  if (!dice.once_in(6)) s.input.installed.current = pick();
  for (auto& [key, entry] : s.input.available.releases) {
    if (dice.once_in(6)) entry.yanked = notice("broken");
    entry.breaking_changes = dice.once_in(6);
    entry.critical = dice.once_in(6);
    if (dice.once_in(3)) entry.rollout = rollout(dice.below(10001));
    if (dice.once_in(6)) entry.minimum_upgrade_from = pick();
    if (dice.once_in(8)) entry.platforms.clear();
  }
  if (dice.once_in(5)) s.input.available.security_floor = pick();
  if (dice.once_in(6)) s.input.available.halts[Channel::stable] = notice("halt");
  if (dice.once_in(4)) s.input.installed.hold = agent::RollbackHold{pick(), test::now()};
  if (dice.once_in(3)) {
    constexpr std::array<std::string_view, 4> kPins{"1", "1.1", "2", "1.2.0"};
    s.input.config.pin_version = kPins.at(static_cast<std::size_t>(dice.below(4)));
  }
  if (dice.once_in(4)) s.input.config.skip_versions = {pick(), pick()};
  if (dice.once_in(6)) s.input.config.policy.pin_version = "1";
  if (dice.once_in(6)) s.input.config.policy.allowed_channels = {{Channel::stable}};
  if (dice.once_in(8)) s.input.config.policy.skip_versions = {pick()};
  if (dice.once_in(4)) s.input.config.window = agent::Window::parse("02:00-05:00");
  s.input.config.channel = schema::kChannels.at(static_cast<std::size_t>(dice.below(3)));
  s.input.request.initiative =
      dice.once_in(2) ? Initiative::unattended : Initiative::explicit_request;
  return s.input;
}

bool current_is_good(const PlanInput& input) {
  if (!input.installed.current) return true;
  const auto found = input.available.releases.find(*input.installed.current);
  const bool yanked = found != input.available.releases.end() && found->second.yanked;
  return !yanked && (!input.available.security_floor ||
                     *input.available.security_floor <= *input.installed.current);
}

constexpr int kRounds = test::kIsSanitized ? 4000 : 20000;

// Half of the inputs: somebody orders one of the releases by its version.
void sometimes_order_one(PlanInput& input, Dice& dice) {
  if (!dice.once_in(2) || input.available.releases.empty()) return;
  auto any = input.available.releases.begin();
  std::advance(any, dice.below(static_cast<int>(input.available.releases.size())));
  input.request = {Initiative::explicit_request, any->first};
}

}  // namespace

TEST_SUITE("agent/plan") {
  TEST_CASE("property: nothing goes down without an order or a withdrawn version") {
    Dice dice(1);
    for (int i = 0; i < kRounds; ++i) {
      const PlanInput input = random_input(dice);
      const Decision decision = agent::make_plan(input);
      const auto* install = std::get_if<Install>(&decision.outcome);
      if (install == nullptr || !input.installed.current) continue;
      CHECK(install->version != *input.installed.current);
      CHECK(install->downgrade == (install->version < *input.installed.current));
      if (current_is_good(input)) CHECK(install->version > *input.installed.current);
    }
  }

  TEST_CASE("property: neither floor nor withdrawal nor platform is ever passed by") {
    Dice dice(2);
    for (int i = 0; i < kRounds; ++i) {
      PlanInput input = random_input(dice);
      sometimes_order_one(input, dice);
      const Decision decision = agent::make_plan(input);
      const auto* install = std::get_if<Install>(&decision.outcome);
      if (install == nullptr) continue;
      const Release& chosen = input.available.releases.at(install->version);
      CHECK(!chosen.yanked);
      CHECK(chosen.platforms.contains(install->platform));
      CHECK(
          (!input.available.security_floor || install->version >= *input.available.security_floor));
      if (input.request.version) CHECK(install->version == *input.request.version);
    }
  }

  TEST_CASE("property: a pin wins over the channel") {
    Dice dice(3);
    for (int i = 0; i < kRounds; ++i) {
      PlanInput input = random_input(dice);
      input.config.pin_version = "1";
      if (!current_is_good(input)) continue;
      for (const Channel channel : schema::kChannels) {
        input.config.channel = channel;
        const Decision decision = agent::make_plan(input);
        const auto* install = std::get_if<Install>(&decision.outcome);
        if (install != nullptr) CHECK(install->version.matches_prefix("1"));
      }
    }
  }

  TEST_CASE("property: nobody gets past the policy, by order, halt or withdrawal") {
    Dice dice(6);
    for (int i = 0; i < kRounds; ++i) {
      PlanInput input = random_input(dice);
      sometimes_order_one(input, dice);
      const Decision decision = agent::make_plan(input);
      const auto* install = std::get_if<Install>(&decision.outcome);
      if (install == nullptr) continue;
      CHECK(!agent::policy_objection(input.config.policy, install->version, install->channel));
    }
  }

  TEST_CASE("property: more basis points never take a release away") {
    Dice dice(4);
    for (int i = 0; i < kRounds; ++i) {
      PlanInput input = random_input(dice);
      input.request = {Initiative::unattended, std::nullopt};
      const Decision before = agent::make_plan(input);
      const auto* install = std::get_if<Install>(&before.outcome);
      if (install == nullptr) continue;
      for (auto& [key, entry] : input.available.releases) {
        for (schema::RolloutStep& step : entry.rollout) {
          step.basis_points += dice.below(10001 - step.basis_points);
        }
      }
      const Decision after = agent::make_plan(input);
      REQUIRE(std::holds_alternative<Install>(after.outcome));
      // A withdrawn version is left for one that is out for everybody, where there is one.
      if (current_is_good(input)) {
        CHECK(std::get<Install>(after.outcome).version >= install->version);
      }
    }
  }

  TEST_CASE("property: the order of manifests and of releases in them does not matter") {
    Dice dice(5);
    for (int i = 0; i < 500; ++i) {
      const PlanInput input = random_input(dice);
      std::vector<schema::Manifest> manifests;
      manifests.reserve(schema::kChannels.size());
      for (const Channel channel : schema::kChannels) {
        manifests.push_back(test::make_manifest("tool", channel));
      }
      for (const auto& [key, entry] : input.available.releases) {
        manifests.at(static_cast<std::size_t>(entry.channel)).versions.emplace(key, entry);
      }
      manifests.at(0).halt = notice("a");
      manifests.at(1).security_floor = version("1.0.0");
      manifests.at(2).security_floor = version("1.1.0");
      const agent::Available merged = agent::merge_manifests(manifests);
      std::reverse(manifests.begin(), manifests.end());
      CHECK(merged == agent::merge_manifests(manifests));
      std::rotate(manifests.begin(), manifests.begin() + 1, manifests.end());
      CHECK(merged == agent::merge_manifests(manifests));
      CHECK(merged.releases == input.available.releases);
      CHECK(merged.security_floor == version("1.1.0"));
    }
  }
}
