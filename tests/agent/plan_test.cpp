#include "agent/plan.hpp"

#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using agent::Decision;
using agent::Held;
using agent::Initiative;
using agent::Install;
using agent::PlanInput;
using agent::Refused;
using agent::Rule;
using agent::UpToDate;
using schema::Channel;
using schema::Release;
using schema::Version;

Version version(std::string_view text) { return Version::parse(text); }

const schema::Machine this_machine{schema::OperatingSystem::linux,
                                   schema::Architecture::x86_64,
                                   schema::Libc::glibc,
                                   "2.36",
                                   "",
                                   ""};
constexpr std::string_view kInstallId = "00112233445566778899aabbccddeeff";

Release release(std::string_view text, Channel channel = Channel::stable) {
  test::ReleaseBlueprint blueprint;
  blueprint.version = text;
  blueprint.channel = channel;
  blueprint.archive_bytes = text;
  blueprint.published = test::now() - std::chrono::hours(24);
  return test::make_release(blueprint);
}

// A machine with 1.1.0 where 1.0.0 to 1.2.0 are out; cases change what they are about.
struct Situation {
  PlanInput input;

  explicit Situation(const std::vector<std::string_view>& versions = {"1.0.0", "1.1.0", "1.2.0"},
                     std::string_view installed = "1.1.0")
      : input{.available = {},
              .config = {},
              .machine = this_machine,
              .installed = {},
              .request = {},
              .now = test::now(),
              .built = test::now() - std::chrono::hours(48),
              .local_minute_of_week = 0,
              .install_id = std::string(kInstallId)} {
    for (const std::string_view text : versions) {
      const Channel channel = schema::channel_of(version(text));
      input.available.releases.emplace(version(text), release(text, channel));
    }
    if (!installed.empty()) input.installed.current = version(installed);
  }
  Release& at(std::string_view text) { return input.available.releases.at(version(text)); }
};

// "install 1.2.0", "up to date", "held 1.2.0 by pinned", "refused 9": short enough for tables.
std::string outcome_of(const PlanInput& input) {
  const Decision decision = agent::make_plan(input);
  struct Visitor {
    std::string operator()(const Install& install) const {
      return std::string(install.downgrade ? "down to " : "install ") + install.version.text();
    }
    std::string operator()(const UpToDate&) const { return "up to date"; }
    std::string operator()(const Held& held) const {
      return "held " + held.version.text() + " by " + std::string(agent::rule_name(held.rule));
    }
    std::string operator()(const Refused& refused) const {
      return "refused " + std::to_string(base::exit_status(refused.code));
    }
  };
  return std::visit(Visitor{}, decision.outcome);
}

struct Row {
  std::string_view sentence;
  std::function<void(Situation&)> change;
  std::string_view explicitly, unattended, by_version;  // `update`, --unattended, --version 1.2.0
};

schema::Notice notice(std::string_view reason) { return {std::string(reason), std::nullopt}; }

// Nine tenths of the bucket numbers lie above; kInstallId is among them for 1.2.0 (checked below).
std::vector<schema::RolloutStep> rollout(int basis_points) {
  return {{test::now() - std::chrono::hours(1), basis_points}};
}

const std::vector<Row>& rows() {
  static const std::vector<Row> all_rows{
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
      {"a pin below the installed version takes nothing down",
       [](Situation& s) { s.input.config.pin_version = "1.0"; }, "held 1.2.0 by pinned",
       "held 1.2.0 by pinned", "install 1.2.0"},
  };
  return all_rows;
}

struct PrecedenceRow {
  Rule stronger, weaker;
};

void apply_rule(Situation& s, Rule rule) {
  switch (rule) {
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

constexpr std::array kPrecedence{Rule::security_floor, Rule::yanked, Rule::halted,
                                 Rule::held,           Rule::pinned, Rule::skipped,
                                 Rule::breaking,       Rule::window, Rule::rollout};

Rule rule_of(const Decision& decision, std::string_view text) {
  for (const agent::Verdict& verdict : decision.verdicts) {
    if (verdict.version == version(text)) return verdict.rule;
  }
  FAIL("no verdict on " << text);
  return Rule::taken;
}

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

constexpr int kRounds = 20000;

}  // namespace

TEST_SUITE("agent/plan") {
  TEST_CASE("each rule decides as the design says") {
    for (const Row& row : rows()) {
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
      if (dice.once_in(2) && !input.available.releases.empty()) {
        auto any = input.available.releases.begin();
        std::advance(any, dice.below(static_cast<int>(input.available.releases.size())));
        input.request = {Initiative::explicit_request, any->first};
      }
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
