#include "releaser/doctor/site_health.hpp"

#include "base/text.hpp"
#include "trust/signing/secret_key.hpp"

#include <doctest/doctest.h>

using base::cat;
using namespace releaser;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

base::Time time_at(std::string_view text) { return *base::parse_time(text); }
const base::Time kNow = time_at("2026-11-20T12:00:00Z");

Config configuration(bool has_trust) {
  const std::string key = trust::SecretKey::generate().public_key().line();
  return parse_config(
      cat(R"(schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://tool.example.com"
license = "MIT"
[build]
platforms = ["linux-x86_64"]
binary = "out/tool"
[sign]
public_key = ")",
          key, "\"\n",
          has_trust ? cat("[trust]\nrefresh = \"weekly\"\n[trust.keys]\nonline = [\"", key, "\"]\n")
                    : ""),
      "cco-release.toml");
}

SiteHealth site(std::optional<base::Time> timestamp_expires) {
  SiteHealth health{.url = "https://example.com",
                    .roles = {},
                    .newest_manifest = kNow - hours(5),
                    .versions = {"1.0.0"},
                    .files = 7,
                    .own_timestamp = 9};
  if (timestamp_expires) health.roles = {{"timestamp", 9, *timestamp_expires}};
  return health;
}

std::string told(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings)
    text += cat(level_name(finding.level), ' ', base::exit_status(finding.code), ' ', finding.text,
                '\n');
  return text;
}

const std::string kWell =
    "ok 0 https://example.com: a new user gets 1.0.0; 7 files are what the signatures say\n";

}  // namespace

TEST_SUITE("releaser/doctor/site_health") {
  TEST_CASE("fresh is what was signed not long ago, counted back from the expiry") {
    const Config config = configuration(true);  // its timestamp lives for 30 days
    struct Row {
      seconds age;
      std::optional<seconds> max_age;
      std::string told;
    };
    for (const Row& row : {
             Row{hours(3), {}, "ok 0 https://example.com: last signed 3 hours ago\n"},
             Row{days(29), {}, "ok 0 https://example.com: last signed 29 days ago\n"},
             Row{hours(48), hours(48),
                 "ok 0 https://example.com: last signed 2 days ago (at most 2 days)\n"},
             Row{hours(48) + seconds(1), hours(48),
                 "error 8 https://example.com: last signed 2 days ago, which is more than 2 days; "
                 "see why the scheduled `cco-release trust refresh` did not run\n"},
             Row{-hours(1), hours(48),
                 "ok 0 https://example.com: last signed less than a minute ago (at most 2 days)\n"},
         }) {
      CHECK(told(judge_site(site(kNow - row.age + days(30)), config, kNow, row.max_age)) ==
            kWell + row.told);
    }
  }

  TEST_CASE("the age of what was signed for longer than [trust] says is not known") {
    const Config config = configuration(true);  // its timestamp lives for 30 days
    const std::string text =
        "https://example.com: timestamp.json is good until 2027-11-20, which is longer than "
        "[trust] says, so that its age is not known, and users could be kept at this state until "
        "then; run cco-release trust refresh\n";
    CHECK(told(judge_site(site(kNow + days(365)), config, kNow, hours(48))) ==
          kWell + "error 8 " + text);
    CHECK(told(judge_site(site(kNow + days(365)), config, kNow, {})) ==
          kWell + "warning 0 " + text);
    CHECK(told(judge_site(site(kNow + days(31)), config, kNow, hours(48))) ==
          kWell +
              "ok 0 https://example.com: last signed less than a minute ago (at most 2 days)\n");
  }

  TEST_CASE("without [trust] the newest manifest tells it") {
    const Config config = configuration(false);
    CHECK(told(judge_site(site(std::nullopt), config, kNow, hours(6))) ==
          kWell + "ok 0 https://example.com: last signed 5 hours ago (at most 6 hours)\n");
    CHECK(told(judge_site(site(std::nullopt), config, kNow, hours(4))) ==
          kWell +
              "error 8 https://example.com: last signed 5 hours ago, which is more than 4 hours; "
              "publish\n");
  }

  TEST_CASE("a host or a cache that shows an older timestamp is told") {
    const Config config = configuration(true);
    SiteHealth behind = site(kNow + days(30));
    behind.own_timestamp = 11;
    CHECK(told(judge_site(behind, config, kNow, {})) ==
          kWell +
              "error 7 https://example.com: users get version 9 of timestamp.json, and the "
              "destination has 11: a host or a cache in between shows an older site; let it ask "
              "again for timestamp.json\n"
              "ok 0 https://example.com: last signed less than a minute ago\n");
    behind.own_timestamp = std::nullopt;
    CHECK_FALSE(told(judge_site(behind, config, kNow, {})).find("error") != std::string::npos);
  }

  TEST_CASE("what expires soon is an error, what is due a warning, and what to do is told") {
    TrustReport report;
    const auto add = [&](const std::string& role, RoleState state) {
      report.roles.push_back(
          {.role = role, .place = "site", .version = 1, .expires = kNow, .state = state});
    };
    add("root", RoleState::good);
    CHECK(told(judge_expiry(report)) == "ok 0 nothing expires soon\n");
    add("targets", RoleState::due);
    add("snapshot", RoleState::late);
    add("timestamp", RoleState::expired);
    report.next = {"sign"};
    CHECK(told(judge_expiry(report)) ==
          "warning 0 targets of site expires on 2026-11-20\n"
          "error 8 snapshot of site expires on 2026-11-20\n"
          "error 8 timestamp of site expired on 2026-11-20\n"
          "warning 0 to be done: sign\n");
  }
}
