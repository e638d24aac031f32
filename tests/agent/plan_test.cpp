#include "agent/plan.hpp"

#include "tests/agent/situation.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using agent::Decision;
using agent::Held;
using agent::Install;
using agent::UpToDate;
using schema::Channel;
using test::notice;
using test::outcome_of;
using test::release;
using test::Situation;
using test::version;

}  // namespace

TEST_SUITE("agent/plan") {
  TEST_CASE("every release has a verdict with a reason, newest first") {
    Situation situation({"1.0.0", "1.1.0", "1.1.5", "1.2.0"});
    const Decision decision = agent::make_plan(situation.input);
    std::vector<std::string> lines;
    for (const agent::Verdict& verdict : decision.verdicts) {
      lines.push_back(verdict.version.text() + " " + std::string(agent::rule_name(verdict.rule)) +
                      " " + verdict.reason);
    }
    CHECK(lines == std::vector<std::string>{"1.2.0 taken ", "1.1.5 passed-over 1.2.0 is newer",
                                            "1.1.0 current is installed",
                                            "1.0.0 older is older than the installed 1.1.0"});
  }

  TEST_CASE("an update that is held says how a person takes it anyway") {
    Situation situation;
    situation.input.config.pin_version = "1.1";
    const auto decision = agent::make_plan(situation.input);
    const auto& held = std::get<Held>(decision.outcome);
    CHECK(held.reason == "is outside of the pin 1.1");
    CHECK(held.advice == "update --version 1.2.0");
  }

  TEST_CASE("beta sees stable and beta, nightly sees all") {
    const std::vector<std::string_view> all{"1.0.0", "1.1.0", "1.2.0-beta.1", "1.3.0-nightly.1"};
    const std::vector<std::pair<Channel, std::string_view>> table{
        {Channel::stable, "install 1.1.0"},
        {Channel::beta, "install 1.2.0-beta.1"},
        {Channel::nightly, "install 1.3.0-nightly.1"}};
    for (const auto& [channel, outcome] : table) {
      Situation situation(all, "1.0.0");
      situation.input.config.channel = channel;
      CHECK(outcome_of(situation.input) == outcome);
    }
  }

  TEST_CASE("leaving a channel stays until the other one catches up") {
    Situation situation({"1.0.0", "1.1.0", "1.2.0-beta.1"}, "1.2.0-beta.1");
    const auto decision = agent::make_plan(situation.input);
    CHECK(std::get<UpToDate>(decision.outcome).reason ==
          "1.2.0-beta.1 is newer than all of channel stable and stays until that passes it; the "
          "newest there is 1.1.0 (update --version 1.1.0 goes down to it)");
    situation.input.available.releases.emplace(version("1.2.0"), release("1.2.0"));
    CHECK(outcome_of(situation.input) == "install 1.2.0");
  }

  TEST_CASE("--version goes down where asked, and the result is to be held") {
    Situation situation;
    situation.input.request.version = version("1.0.0");
    CHECK(outcome_of(situation.input) == "down to 1.0.0");
    situation.input.request.version = version("1.1.0");
    CHECK(outcome_of(situation.input) == "up to date");
    situation.input.request.version = version("7.0.0");
    CHECK(outcome_of(situation.input) == "refused 9");
  }

  TEST_CASE("a stepping stone names where the way leads") {
    Situation situation({"1.0.0", "1.5.0", "2.0.0"}, "1.0.0");
    situation.at("2.0.0").minimum_upgrade_from = version("1.5.0");
    const auto decision = agent::make_plan(situation.input);
    const auto& install = std::get<Install>(decision.outcome);
    CHECK(install.version.text() == "1.5.0");
    CHECK(install.on_the_way_to == version("2.0.0"));
    situation.input.installed.current = install.version;
    CHECK(outcome_of(situation.input) == "install 2.0.0");
  }

  TEST_CASE("a glibc machine takes the musl archive where the glibc one asks for too much") {
    Situation situation;
    test::ReleaseBlueprint blueprint;
    blueprint.version = "1.2.0";
    blueprint.platforms = {"linux-x86_64", "linux-x86_64-musl"};
    situation.at("1.2.0") = test::make_release(blueprint);
    situation.at("1.2.0").platforms.at(*schema::Platform::find("linux-x86_64")).requirements.glibc =
        "2.99";
    const auto decision = agent::make_plan(situation.input);
    CHECK(std::get<Install>(decision.outcome).platform.name() == "linux-x86_64-musl");
  }

  TEST_CASE("notices tell what is wrong with the installed version") {
    Situation situation;
    situation.input.available.deprecation_notices.emplace(version("1.1.0"), "Please go to 1.2.0");
    situation.input.available.security_floor = version("1.2.0");
    situation.at("1.1.0").yanked = notice("loses\x1b[31m data");
    situation.input.config.pin_version = "3";
    CHECK(agent::make_plan(situation.input).notices ==
          std::vector<std::string>{
              "the installed 1.1.0 is below the security floor 1.2.0",
              "the installed 1.1.0 was withdrawn: loses[31m data", "1.1.0: Please go to 1.2.0",
              "the installed 1.1.0 is outside of the pin 3; nothing goes down to it by itself"});
  }

  TEST_CASE("a critical release that a pin keeps away is mentioned") {
    Situation situation;
    situation.at("1.2.0").critical = true;
    situation.input.config.pin_version = "1.1";
    CHECK(agent::make_plan(situation.input).notices ==
          std::vector<std::string>{"1.2.0 is critical and not taken: is outside of the pin 1.1"});
  }
}
