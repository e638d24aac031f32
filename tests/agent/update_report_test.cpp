#include "agent/update_report.hpp"

#include "tests/support/golden.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

namespace {

using schema::Version;

const Version current = Version::parse("1.1.0");

agent::Install an_install() {
  test::ReleaseBlueprint blueprint;
  blueprint.version = "1.2.0";
  const schema::Release release = test::make_release(blueprint);
  const auto& [platform, entry] = *release.platforms.begin();
  agent::Install install{.version = Version::parse("1.2.0"),
                         .channel = schema::Channel::stable,
                         .platform = platform,
                         .entry = entry,
                         .notes = "Faster.\n\x1b[2JSafer.\n",
                         .release_notes = base::Url::parse("https://tool.example/1.2.0"),
                         .on_the_way_to = std::nullopt};
  install.entry.size = 2912345;
  return install;
}

agent::Decision decision_of(decltype(agent::Decision::outcome) outcome) {
  return {.outcome = std::move(outcome),
          .verdicts = {{Version::parse("1.10.0-beta.1"), agent::Rule::pinned,
                        "is outside of the pin 1.2"},
                       {Version::parse("1.2.0"), agent::Rule::taken, ""}},
          .notices = {"1.1.0: Please go to 1.2.0"}};
}

std::string json_of(const agent::Decision& decision,
                    const std::optional<agent::InstallOutcome>& outcome = std::nullopt) {
  return base::json::write(
      agent::update_json(decision, {"tool", current, schema::Channel::beta}, outcome),
      base::json::Style::pretty);
}

}  // namespace

TEST_SUITE("agent/update_report") {
  TEST_CASE("the offer names versions, size, warnings and notes, safe for a terminal") {
    agent::Install install = an_install();
    CHECK(agent::offer_text(install, "tool", current) ==
          "tool 1.1.0 -> 1.2.0 (2.9 MB)\n  Faster.\n  [2JSafer.\n"
          "Release notes: https://tool.example/1.2.0\n");
    install.notes = "";
    install.release_notes = std::nullopt;
    install.critical = install.breaking = install.downgrade = true;
    install.on_the_way_to = Version::parse("2.0.0");
    CHECK(agent::offer_text(install, "tool", std::nullopt) ==
          "tool (not installed) -> 1.2.0 (2.9 MB)\nThis goes back to an older version.\n"
          "It is critical.\nIt has breaking changes.\n"
          "It is a step on the way to 2.0.0; update again after it.\n");
  }

  TEST_CASE(
      "the question fits what was asked for, and Enter never goes down where people may err") {
    agent::Install install = an_install();
    const auto question = [&install](bool named) {
      const auto asked = agent::offer_question(
          install, current, named ? agent::AskedFor::this_version : agent::AskedFor::newest);
      return asked.text + " [" + asked.default_answer + "] " + (asked.may_skip ? "skip" : "");
    };
    CHECK(question(false) == "Update? (y: yes, n: not now, s: skip this version) [y] skip");
    CHECK(question(true) == "Update? (y: yes, n: no) [y] ");
    install.version = Version::parse("1.0.0");
    install.downgrade = true;
    CHECK(question(true) == "Go back from 1.1.0 to 1.0.0? (y: yes, n: no) [n] ");
    // The installed one was withdrawn: to leave it is the good choice.
    CHECK(question(false) ==
          "Go back from 1.1.0 to 1.0.0? (y: yes, n: not now, s: skip this version) [y] skip");
  }

  TEST_CASE("an explanation is one line a release, in columns") {
    CHECK(agent::explain_text(decision_of(an_install())) ==
          "1.10.0-beta.1  pinned  is outside of the pin 1.2\n1.2.0          taken\n");
  }

  TEST_CASE("each outcome is one line that says what to do") {
    CHECK(agent::outcome_text(decision_of(an_install()), "tool-updater", current) ==
          "1.2.0 is available (2.9 MB; installed: 1.1.0); to take it: tool-updater update");
    CHECK(agent::outcome_text(decision_of(an_install()), "cco", current, " --from b.tar") ==
          "1.2.0 is available (2.9 MB; installed: 1.1.0); to take it: cco update --from b.tar");
    const agent::Held held{Version::parse("1.2.0"), agent::Rule::skipped, "is in skip_versions",
                           "update --version 1.2.0"};
    CHECK(agent::outcome_text(decision_of(held), "cco", current) ==
          "1.2.0 is there, but held: is in skip_versions; to take it anyway: cco update "
          "--version 1.2.0");
    const agent::Held no_way{Version::parse("1.2.0"), agent::Rule::requirements,
                             "needs glibc 2.38, this machine has 2.36", ""};
    CHECK(agent::outcome_text(decision_of(no_way), "cco", current) ==
          "1.2.0 is there, but held: needs glibc 2.38, this machine has 2.36");
    CHECK(agent::outcome_text(decision_of(agent::UpToDate{"1.1.0 is the newest of channel beta"}),
                              "cco", current) == "1.1.0 is the newest of channel beta");
  }

  TEST_CASE("JSON of every outcome has its documented form") {
    test::check_golden("agent/update-available.json", json_of(decision_of(an_install())));
    test::check_golden(
        "agent/update-installed.json",
        json_of(decision_of(an_install()), agent::InstallOutcome{.from = current,
                                                                 .version = Version::parse("1.2.0"),
                                                                 .downloaded_bytes = 2912345,
                                                                 .remarks = {"a remark"}}));
    test::check_golden("agent/update-held.json",
                       json_of(decision_of(agent::Held{
                           Version::parse("1.10.0-beta.1"), agent::Rule::pinned,
                           "is outside of the pin 1.2", "update --version 1.10.0-beta.1"})));
    test::check_golden("agent/update-up-to-date.json",
                       json_of(decision_of(agent::UpToDate{"1.1.0 is the newest"})));
    test::check_golden(
        "agent/update-refused.json",
        json_of(decision_of(agent::Refused{base::Errc::not_found, "there is no version 7.0.0"})));
  }
}
