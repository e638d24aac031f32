#include "releaser/trust/policy.hpp"

#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "trust/signing/secret_key.hpp"

#include <doctest/doctest.h>

#include <map>
#include <utility>

namespace {

using base::cat;

// Keys by letter; nobody signs here.
const trust::PublicKey& public_key(char letter) {
  static std::map<char, trust::PublicKey> keys;
  const auto found = keys.find(letter);
  if (found != keys.end()) return found->second;
  return keys.emplace(letter, trust::SecretKey::generate().public_key()).first->second;
}

std::string key(char letter) { return public_key(letter).line(); }

std::string list(std::string_view letters) {
  std::vector<std::string> quoted;
  for (const char letter : letters)
    quoted.push_back(cat('"', key(letter), '"'));
  return cat("[", base::join(quoted, ", "), "]");
}

releaser::Config configuration(std::string_view trust, const std::string& sign = "s") {
  const std::string sign_section =
      sign.empty() ? "" : cat("[sign]\npublic_key = \"", key(sign.front()), "\"\n");
  return releaser::parse_config(cat(R"(schema = 1
[product]
name = "tool"
description = "A tool"
homepage = "https://tool.example.com"
license = "MIT"
[build]
platforms = ["linux-x86_64"]
binary = "out/tool"
)",
                                    sign_section, trust),
                                "cco-release.toml");
}

// [trust] with key lists, "root: ab" each.
std::string trust_section(const std::string& preset, const std::string& refresh,
                          const std::map<std::string, std::string>& keys) {
  std::string text =
      cat("[trust]\npreset = \"", preset, "\"\nrefresh = \"", refresh, "\"\n[trust.keys]\n");
  for (const auto& [name, letters] : keys)
    text += cat(name, " = ", list(letters), "\n");
  return text;
}

// "root 1 of ab 365", a role a line.
std::string shown(const releaser::TrustPolicy& policy) {
  std::string text;
  for (const releaser::TrustRole& role : policy.roles) {
    std::string letters;
    for (const auto& each : role.keys) {
      for (char letter = 'a'; letter <= 'z'; ++letter) {
        if (public_key(letter) == each) letters += letter;
      }
    }
    CHECK(role.authority.keys.size() == role.keys.size());
    text += cat(role.name, " ", role.authority.threshold, " of ", letters, " ",
                role.lifetime.count(), "\n");
  }
  return text;
}

struct Case {
  std::string preset, refresh;
  std::map<std::string, std::string> keys;
  std::string problem;  // of the one problem, a part; empty: none
};

}  // namespace

TEST_SUITE("releaser/trust/policy") {
  TEST_CASE("each preset gives keys, thresholds and lifetimes") {
    CHECK(shown(trust_policy(
              configuration(trust_section("solo", "weekly", {{"root", "ab"}, {"online", "o"}})))) ==
          "root 1 of ab 365\ntargets 1 of ab 365\nstable 1 of s 365\nbeta 1 of s 365\n"
          "nightly 1 of o 30\nsnapshot 1 of o 365\ntimestamp 1 of o 30\n");
    CHECK(shown(trust_policy(configuration(trust_section("team", "daily",
                                                         {{"root", "abc"},
                                                          {"targets", "def"},
                                                          {"stable", "stu"},
                                                          {"beta", "xyz"},
                                                          {"nightly", "n"},
                                                          {"online", "o"}})))) ==
          "root 2 of abc 365\ntargets 2 of def 365\nstable 2 of stu 365\nbeta 2 of xyz 365\n"
          "nightly 1 of n 30\nsnapshot 1 of o 365\ntimestamp 1 of o 7\n");
    CHECK(shown(trust_policy(
              configuration(trust_section("ci-stable", "weekly", {{"root", "ab"}})))) ==
          "root 1 of ab 365\ntargets 1 of ab 365\nstable 1 of s 365\nbeta 1 of s 365\n"
          "nightly 1 of s 30\nsnapshot 1 of s 365\ntimestamp 1 of s 30\n");
  }

  TEST_CASE("without a scheduled refresh everything lives for a year") {
    const std::string trust = cat("[trust]\npreset = \"team\"\n[trust.keys]\nroot = ", list("abc"),
                                  "\nstable = ", list("stu"), "\nonline = ", list("o"), "\n");
    const auto policy = trust_policy(configuration(trust));
    CHECK(policy.problems.empty());
    for (const auto& role : policy.roles) {
      CHECK(role.lifetime == std::chrono::days(365));
      CHECK(role.renew_below == std::chrono::days(60));
    }
  }

  TEST_CASE("a timestamp is due at each refresh, and not right after one") {
    const auto policy = trust_policy(
        configuration(trust_section("solo", "weekly", {{"root", "ab"}, {"online", "o"}})));
    CHECK(policy.role("timestamp").renew_below == std::chrono::hours(636));
    CHECK(policy.role("nightly").renew_below == std::chrono::days(15));
    CHECK(policy.role("root").renew_below == std::chrono::days(60));
    test::check_error(base::Errc::internal, "no role owner", [&] { (void)policy.role("owner"); });
  }

  TEST_CASE("what cannot hold is said in words") {
    const std::vector<Case> cases{
        {"solo", "weekly", {{"root", "ab"}, {"online", "o"}}, ""},
        {"team", "daily", {{"root", "abc"}, {"stable", "stu"}, {"online", "o"}}, ""},
        {"ci-stable", "none", {{"root", "ab"}}, ""},
        {"solo",
         "weekly",
         {{"online", "o"}},
         "cco-release.toml:15: root needs 1 key and has 0; add 1 to `root` in [trust.keys]"},
        {"solo", "weekly", {{"root", "ab"}}, ": snapshot needs 1 key and has 0; add 1 to `online`"},
        {"team",
         "daily",
         {{"root", "a"}, {"stable", "stu"}, {"online", "o"}},
         "cco-release.toml:17: root needs 2 keys and has 1; add 1 to `root`"},
        {"team",
         "daily",
         {{"root", "abc"}, {"online", "o"}},
         ": stable needs 2 keys and has 1; add 1 to `stable`"},
        {"team",
         "weekly",
         {{"root", "abc"}, {"stable", "stu"}, {"online", "o"}},
         "cco-release.toml:14: `weekly` leaves timestamp too little time: it lives 7 days with "
         "preset team, and three refreshes must fit into that; refresh daily"},
        {"solo",
         "weekly",
         {{"root", "ab"}, {"stable", "t"}, {"online", "o"}},
         "`stable` has other keys than `public_key` in [sign]"},
        {"solo",
         "weekly",
         {{"root", "as"}, {"online", "o"}},
         "is one of root or targets too; those are offline and sign no releases"},
        {"solo",
         "weekly",
         {{"root", "ab"}, {"targets", "cn"}, {"nightly", "n"}, {"online", "o"}},
         "is one of root or targets too"},
        {"solo",
         "weekly",
         {{"root", "ab"}, {"online", "s"}},
         "is an online one too, so CI could sign releases; preset solo excludes that"},
        {"solo",
         "weekly",
         {{"root", "ab"}, {"nightly", "s"}, {"online", "o"}},
         "is an online one too"},
    };
    for (const Case& each : cases) {
      const auto policy =
          trust_policy(configuration(trust_section(each.preset, each.refresh, each.keys)));
      CAPTURE(base::join(policy.problems, "\n"));
      CAPTURE(each.problem);
      REQUIRE(policy.problems.size() == (each.problem.empty() ? 0 : 1));
      if (!each.problem.empty()) {
        CHECK(policy.problems.front().find(each.problem) != std::string::npos);
      }
    }
  }

  TEST_CASE("a role that nobody could rescue is warned of") {
    const auto policy = trust_policy(
        configuration(trust_section("solo", "weekly", {{"root", "a"}, {"online", "o"}})));
    CHECK(policy.problems.empty());
    REQUIRE(policy.warnings.size() == 1);
    CHECK(policy.warnings.front().find("root has 1 key of 2: who loses one can never change") !=
          std::string::npos);
  }

  TEST_CASE("a stolen key serves no role") {
    releaser::Config config =
        configuration(trust_section("solo", "none", {{"root", "ab"}, {"online", "o"}}));
    CHECK(releaser::trust_policy(config).problems.empty());
    config.sign->stolen_public_keys = {key('o'), key('x')};
    const auto problems = releaser::trust_policy(config).problems;
    REQUIRE(problems.size() == 1);
    CHECK(problems.front().find("is one of stolen_public_keys in [sign]") != std::string::npos);
  }

  TEST_CASE("a configuration without [sign] has no stable key of its own") {
    const auto policy = trust_policy(
        configuration(trust_section("solo", "none", {{"root", "ab"}, {"online", "o"}}), ""));
    REQUIRE(policy.problems.size() == 1);
    CHECK(policy.problems.front().find("stable needs 1 key and has 0") != std::string::npos);
  }
}
