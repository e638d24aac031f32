#include "releaser/trust/trust_report.hpp"

#include "base/text.hpp"
#include "tests/releaser/trust/ceremony_world.hpp"

#include <doctest/doctest.h>

namespace {

using releaser::PublicTrust;
using std::chrono::days;
using std::chrono::hours;
using test::CeremonyWorld;

const CeremonyWorld::Lists kKeys{{"root", "abc"}, {"stable", "stu"}, {"online", "o"}};

base::Time time_at(std::string_view text) { return *base::parse_time(text); }

PublicTrust site(base::Time timestamp_expires) {
  const base::Time far = time_at("2027-11-20T12:00:00Z");
  return {.place = "site",
          .roots = 1,
          .roles = {{"targets", 1, far},
                    {"stable", 3, far},
                    {"snapshot", 4, far},
                    {"timestamp", 9, timestamp_expires}},
          .problem = {}};
}

releaser::TrustFolder final_folder(CeremonyWorld& world) {
  world.begin(world.policy("team", kKeys));
  world.sign("ab");
  world.finalize();
  return world.read();
}

}  // namespace

TEST_SUITE("releaser/trust/trust_report") {
  TEST_CASE("the alarm is seven days before an expiry, or half a life") {
    CHECK(releaser::alarm_before(days(365)) == days(7));
    CHECK(releaser::alarm_before(days(30)) == days(7));
    CHECK(releaser::alarm_before(days(7)) == hours(84));
  }

  TEST_CASE("the state of a role by the time that is left") {
    struct Case {
      std::string refresh, now;
      std::string state;
      std::int64_t days_left;
    };
    // The timestamp of a team lives for 7 days where it is refreshed daily, and for a year where it
    // is not.
    const std::vector<Case> cases{
        {"daily", "2026-11-20T12:00:00Z", "good", 7},
        {"daily", "2026-11-22T12:00:00Z", "good", 5},
        {"daily", "2026-11-22T12:00:01Z", "due", 4},
        {"daily", "2026-11-24T00:00:00Z", "due", 3},
        {"daily", "2026-11-24T00:00:01Z", "late", 3},
        {"daily", "2026-11-27T11:59:59Z", "late", 0},
        {"daily", "2026-11-27T12:00:00Z", "expired", 0},
        {"daily", "2026-11-27T12:00:01Z", "expired", -1},
        {"none", "2026-11-20T12:00:00Z", "due", 7},
        {"none", "2026-11-20T12:00:01Z", "late", 6},
    };
    CeremonyWorld world;
    const auto folder = final_folder(world);
    for (const Case& each : cases) {
      CAPTURE(each.refresh);
      CAPTURE(each.now);
      const releaser::Config config = world.config("team", kKeys, each.refresh);
      const auto report = make_trust_report(
          folder, &config, {site(time_at("2026-11-27T12:00:00Z"))}, time_at(each.now));
      const auto& timestamp = report.roles.back();
      CHECK(timestamp.role == "timestamp");
      CHECK(state_name(timestamp.state) == each.state);
      CHECK(timestamp.days_left == each.days_left);
      CHECK(report.late.has_value() == (each.state == "late" || each.state == "expired"));
      CHECK(report.next.empty() == (each.state == "good"));
    }
  }

  TEST_CASE("of several that are late, the first to expire is named") {
    CeremonyWorld world;
    const auto folder = final_folder(world);
    const auto report = make_trust_report(folder, nullptr, {site(time_at("2027-11-18T00:00:00Z"))},
                                          time_at("2027-11-17T00:00:00Z"));
    REQUIRE(report.late);
    CHECK(report.late->role == "timestamp");
    CHECK(report.next.front() ==
          "root of trust expires in 3 days: cco-release trust rotate, and "
          "its holders sign");
  }

  TEST_CASE("what to do next follows from ceremony, configuration and places") {
    CeremonyWorld world;
    const releaser::Config config = world.config("team", kKeys, "none");
    const base::Time now = time_at("2026-11-21T00:00:00Z");
    const auto next = [&](const std::vector<PublicTrust>& places, const releaser::Config& wanted) {
      std::string text;
      for (const std::string& line : make_trust_report(world.read(), &wanted, places, now).next)
        text += world.with_letters(line) + "\n";
      return text;
    };
    world.begin(world.policy("team", kKeys));
    CHECK(next({}, config) ==
          "1.root.json needs 2 more signatures of the root keys of version 1: a, b, c: cco-release "
          "trust sign\n1.targets.json needs 2 more signatures of the targets keys: a, b, c: "
          "cco-release trust sign\n");
    world.sign("ab");
    CHECK(next({}, config) == "everything is signed: cco-release trust finalize\n");
    world.finalize();
    CHECK(next({}, config).empty());
    CHECK(next({{.place = "site", .roots = 0, .roles = {}, .problem = {}}}, config) ==
          "site shows no metadata yet: cco-release publish\n");
    const auto other =
        world.config("team", {{"root", "abc"}, {"stable", "stv"}, {"online", "o"}}, "none");
    CHECK(next({}, other) ==
          "the configuration, or time, asks for 2.targets.json: cco-release trust rotate\n");
    const auto bad =
        world.config("team", {{"root", "a"}, {"stable", "stv"}, {"online", "o"}}, "none");
    CHECK(next({}, bad).starts_with("mend cco-release.toml:"));
    world.begin(world.policy("team", {{"root", "abc"}, {"stable", "stv"}, {"online", "o"}}));
    world.sign("ab");
    world.finalize();
    CHECK(next({site(time_at("2027-11-20T12:00:00Z"))}, other) ==
          "site does not show the newest root and targets: cco-release trust refresh\n");
  }
}
