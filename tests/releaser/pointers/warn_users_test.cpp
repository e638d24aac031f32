#include "tests/releaser/pointers/world.hpp"

#include <doctest/doctest.h>

namespace {

using releaser::Deprecate;
using releaser::edit;
using releaser::Floor;
using releaser::PublicManifests;
using schema::Channel;
using test::edited;
using test::later;
using test::published;
using test::refusal;
using test::shown;
using test::stable_and_beta;
using test::version;

}  // namespace

TEST_SUITE("releaser/pointers/warn_users") {
  TEST_CASE("a floor stands in the manifest that all users read, and in the combined one") {
    const auto after = edited(edit(stable_and_beta(), Floor{version("1.1.0")}, later()));
    CHECK(shown(after.manifests, "stable") == "3: 1.1.0 1.0.0 stable=1.1.0 floor 1.1.0");
    CHECK(after.manifests.channels.at(Channel::beta) ==
          stable_and_beta().channels.at(Channel::beta));
    CHECK(after.manifests.combined->security_floor == version("1.1.0"));
    CHECK(after.words ==
          std::vector<std::string>{
              "the security floor is 1.1.0, and was none; it can never go down again",
              "of the versions that are listed 2 are below it, and never installed "
              "again"});
    CHECK(test::broken_rule(stable_and_beta(), after) == "");
    const auto again = edited(edit(after.manifests, Floor{version("1.1.0")}, later()));
    CHECK(again.manifests == after.manifests);
    CHECK(again.words.empty());
  }

  TEST_CASE("without a stable channel it is the next one that has it") {
    const auto before =
        published({{"1.0.0-beta.1", Channel::beta}, {"1.0.0-beta.2", Channel::beta}});
    const auto after = edited(edit(before, Floor{version("1.0.0-beta.2")}, later())).manifests;
    CHECK(shown(after, "beta") ==
          "3: 1.0.0-beta.2 1.0.0-beta.1 beta=1.0.0-beta.2 floor 1.0.0-beta.2");
  }

  TEST_CASE("a floor never goes down, and leaves nobody without a release") {
    const auto high = edited(edit(stable_and_beta(), Floor{version("1.1.0")}, later())).manifests;
    CHECK(refusal(edit(high, Floor{version("1.0.0")}, later())) ==
          "3: the security floor is 1.1.0 and never goes down, and 1.0.0 is below it");
    CHECK(refusal(edit(stable_and_beta(), Floor{version("1.2.0-beta.1")}, later())) ==
          "3: channel stable has no good release from 1.2.0-beta.1 on, so that its users would be "
          "left with none; publish one there first, or promote 1.2.0-beta.1");
    CHECK(refusal(edit(stable_and_beta(), Floor{version("7.0.0")}, later())).starts_with("9: "));
  }

  TEST_CASE("a notice stands where the version does, and is taken back") {
    const auto after = edited(edit(stable_and_beta(), Deprecate{version("1.0.0"), "old"}, later()));
    CHECK(after.manifests.channels.at(Channel::stable).deprecation_notices.at(version("1.0.0")) ==
          "old");
    CHECK(after.manifests.channels.at(Channel::beta) ==
          stable_and_beta().channels.at(Channel::beta));
    CHECK(after.manifests.combined->deprecation_notices.size() == 1);
    CHECK(after.words == std::vector<std::string>{"users of 1.0.0 read: old"});
    CHECK(test::broken_rule(stable_and_beta(), after) == "");
    const auto again = edited(edit(after.manifests, Deprecate{version("1.0.0"), "old"}, later()));
    CHECK(again.manifests == after.manifests);
    const auto cleared =
        edited(edit(after.manifests, Deprecate{version("1.0.0"), std::nullopt}, later()));
    CHECK(cleared.manifests.combined->deprecation_notices.empty());
    CHECK(cleared.words == std::vector<std::string>{"users of 1.0.0 read no notice any more"});
  }

  TEST_CASE("a version that is listed no more gets one where its users read") {
    const Deprecate old{version("0.1.0"), "very old", true};
    const auto after = edited(edit(stable_and_beta(), old, later())).manifests;
    CHECK(after.channels.at(Channel::stable).deprecation_notices.size() == 1);
    CHECK(after.channels.at(Channel::beta).deprecation_notices.empty());
    CHECK(after.combined->deprecation_notices.size() == 1);
    CHECK(refusal(edit(stable_and_beta(), Deprecate{version("0.1.0"), "very old"}, later())) ==
          "9: no public manifest lists 0.1.0; they list 1.1.0, 1.0.0, 1.2.0-beta.1, 1.1.0-beta.1");
    CHECK(refusal(edit(stable_and_beta(), Deprecate{version("1.0.0"), ""}, later())) ==
          "2: the message is empty; say it in a few words");
  }
}
