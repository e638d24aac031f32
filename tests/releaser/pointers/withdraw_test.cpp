#include "tests/releaser/pointers/world.hpp"

#include <doctest/doctest.h>

namespace {

using releaser::edit;
using releaser::PublicManifests;
using releaser::Rollback;
using releaser::Unyank;
using releaser::Yank;
using schema::Channel;
using test::edited;
using test::later;
using test::published;
using test::refusal;
using test::shown;
using test::stable_and_beta;
using test::two_stable;
using test::version;

}  // namespace

TEST_SUITE("releaser/pointers/withdraw") {
  TEST_CASE("a version that is withdrawn is the newest no more, in each manifest that lists it") {
    const auto after = edited(edit(two_stable(), Yank{version("1.1.0"), "bad"}, later()));
    CHECK(shown(after.manifests, "stable") == "3: 1.1.0(yanked) 1.0.0 stable=1.0.0");
    CHECK(shown(after.manifests, "all") == "3: 1.1.0/stable(yanked) 1.0.0/stable stable=1.0.0");
    CHECK(after.words == std::vector<std::string>{"1.1.0 is withdrawn: bad",
                                                  "the newest of stable is 1.0.0, and was 1.1.0"});
    CHECK(after.warnings.empty());
    const auto& notice = *after.manifests.combined->versions.at(version("1.1.0")).yanked;
    CHECK(notice.since == later());
    CHECK(after.manifests.combined->generated == later());
    CHECK(test::broken_rule(two_stable(), after) == "");
  }

  TEST_CASE("the same again changes nothing, and another reason keeps the time") {
    const auto once = edited(edit(two_stable(), Yank{version("1.1.0"), "bad"}, later())).manifests;
    const auto hour_later = later() + std::chrono::hours(1);
    const auto again = edited(edit(once, Yank{version("1.1.0"), "bad"}, hour_later));
    CHECK(again.manifests == once);
    CHECK(again.words.empty());
    const auto other = edited(edit(once, Yank{version("1.1.0"), "worse"}, hour_later)).manifests;
    CHECK(other.combined->versions.at(version("1.1.0")).yanked->reason == "worse");
    CHECK(other.combined->versions.at(version("1.1.0")).yanked->since == later());
    CHECK(other.combined->generation == 4);
  }

  TEST_CASE("a run that was stopped between two manifests is finished with what the first says") {
    PublicManifests half = two_stable();
    half.channels =
        edited(edit(two_stable(), Yank{version("1.1.0"), "bad"}, later())).manifests.channels;
    const auto after =
        edited(edit(half, Yank{version("1.1.0"), "bad"}, later() + std::chrono::hours(1)));
    CHECK(after.manifests.channels == half.channels);
    CHECK(after.manifests.combined->versions == half.channels.at(Channel::stable).versions);
    CHECK(after.manifests.combined->latest.at(Channel::stable) == version("1.0.0"));
  }

  TEST_CASE("an older version may be withdrawn, and the newest stays") {
    const auto after = edited(edit(two_stable(), Yank{version("1.0.0"), "bad"}, later()));
    CHECK(shown(after.manifests, "stable") == "3: 1.1.0 1.0.0(yanked) stable=1.1.0");
    CHECK(after.words.size() == 1);
  }

  TEST_CASE("the last good version may be withdrawn, with a warning, and nothing is newest then") {
    const auto only = published({{"1.0.0"}});
    const auto after = edited(edit(only, Yank{version("1.0.0"), "bad"}, later()));
    CHECK(shown(after.manifests, "stable") == "2: 1.0.0(yanked)");
    REQUIRE(after.warnings.size() == 1);
    CHECK(after.warnings.front().find("channel stable has no good release left") == 0);
    CHECK(test::broken_rule(only, after) == "");
  }

  TEST_CASE("a withdrawn beta leaves users of beta with stable") {
    const auto after =
        edited(edit(stable_and_beta(), Yank{version("1.2.0-beta.1"), "bad"}, later()));
    CHECK(shown(after.manifests, "stable") == shown(stable_and_beta(), "stable"));
    CHECK(shown(after.manifests, "beta") ==
          "3: 1.2.0-beta.1(yanked) 1.1.0-beta.1 beta=1.1.0-beta.1");
    CHECK(after.warnings.empty());
  }

  TEST_CASE("a yank is taken back as if it had not been") {
    const auto yanked =
        edited(edit(two_stable(), Yank{version("1.1.0"), "bad"}, later())).manifests;
    const auto after = edited(edit(yanked, Unyank{version("1.1.0")}, later()));
    CHECK(shown(after.manifests, "stable") == "4: 1.1.0 1.0.0 stable=1.1.0");
    CHECK(after.manifests.combined->versions == two_stable().combined->versions);
    CHECK(after.words == std::vector<std::string>{"1.1.0 is good again",
                                                  "the newest of stable is 1.1.0, and was 1.0.0"});
    const auto nothing = edited(edit(two_stable(), Unyank{version("1.1.0")}, later()));
    CHECK(nothing.manifests == two_stable());
    CHECK(nothing.words.empty());
  }

  TEST_CASE("a rollback withdraws all that is above, and not what was withdrawn before") {
    const auto three = published({{"1.0.0"}, {"1.1.0"}, {"1.2.0"}});
    const auto bad = edited(edit(three, Yank{version("1.2.0"), "burnt"}, later())).manifests;
    const auto after = edited(edit(bad, Rollback{Channel::stable, version("1.0.0"), ""}, later()));
    CHECK(shown(after.manifests, "all") ==
          "5: 1.2.0/stable(yanked) 1.1.0/stable(yanked) 1.0.0/stable stable=1.0.0");
    const auto& versions = after.manifests.combined->versions;
    CHECK(versions.at(version("1.1.0")).yanked->reason == "rolled back to 1.0.0");
    CHECK(versions.at(version("1.2.0")).yanked->reason == "burnt");
    CHECK(test::broken_rule(bad, after) == "");
    const auto again =
        edited(edit(after.manifests, Rollback{Channel::stable, version("1.0.0"), ""}, later()));
    CHECK(again.manifests == after.manifests);
    CHECK(again.words.empty());
  }

  TEST_CASE("a rollback of beta leaves stable alone, and goes to a stable version too") {
    const auto after =
        edited(edit(stable_and_beta(), Rollback{Channel::beta, version("1.1.0"), ""}, later()));
    CHECK(shown(after.manifests, "stable") == shown(stable_and_beta(), "stable"));
    CHECK(shown(after.manifests, "beta") ==
          "3: 1.2.0-beta.1(yanked) 1.1.0-beta.1 beta=1.1.0-beta.1");
  }

  TEST_CASE("what contradicts what is public is refused") {
    const auto yanked =
        edited(edit(two_stable(), Yank{version("1.0.0"), "bad"}, later())).manifests;
    auto with_floor = two_stable();
    with_floor.channels.at(Channel::stable).security_floor = version("1.1.0");
    struct Row {
      std::string refused;
      releaser::EditResult result;
    };
    const std::vector<Row> rows{
        {"9: no public manifest lists 3.0.0; they list 1.1.0, 1.0.0",
         edit(two_stable(), Yank{version("3.0.0"), "bad"}, later())},
        {"2: the reason is empty; say it in a few words",
         edit(two_stable(), Yank{version("1.1.0"), " "}, later())},
        {"2: the reason is longer than 4 KiB; shorten it",
         edit(two_stable(), Yank{version("1.1.0"), std::string(4097, 'x')}, later())},
        {"2: the reason is no plain text; leave out control characters and what is not UTF-8",
         edit(two_stable(), Yank{version("1.1.0"), "\x1b[31m"}, later())},
        {"9: no public manifest lists 3.0.0; they list 1.1.0, 1.0.0",
         edit(two_stable(), Unyank{version("3.0.0")}, later())},
        {"3: 1.0.0 is below the security floor 1.1.0, which never goes down; publish a new version",
         edit(with_floor, Unyank{version("1.0.0")}, later())},
        {"9: no public manifest lists 3.0.0; they list 1.1.0, 1.0.0",
         edit(two_stable(), Rollback{Channel::stable, version("3.0.0"), ""}, later())},
        {"9: nothing is public in channel beta; there is something in stable",
         edit(two_stable(), Rollback{Channel::beta, version("1.0.0"), ""}, later())},
        {"3: 1.0.0 is withdrawn itself (bad); choose another one, or unyank it first",
         edit(yanked, Rollback{Channel::stable, version("1.0.0"), ""}, later())},
        {"3: 1.0.0 is below the security floor 1.1.0; choose a version from there on",
         edit(with_floor, Rollback{Channel::stable, version("1.0.0"), ""}, later())},
        {"3: 1.1.0-beta.1 is of channel beta, which users of stable do not see; promote it to "
         "stable first",
         edit(stable_and_beta(), Rollback{Channel::stable, version("1.1.0-beta.1"), ""}, later())},
        {"3: users of beta see 1.1.0 of channel stable, too, which is above 1.1.0-beta.1; roll "
         "stable back first",
         edit(stable_and_beta(), Rollback{Channel::beta, version("1.1.0-beta.1"), ""}, later())},
    };
    for (const Row& row : rows)
      CHECK(refusal(row.result) == row.refused);
  }
}
