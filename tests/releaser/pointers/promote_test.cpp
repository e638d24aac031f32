#include "tests/releaser/pointers/world.hpp"

#include <doctest/doctest.h>

namespace {

using releaser::edit;
using releaser::Promote;
using releaser::PublicManifests;
using releaser::Yank;
using schema::Channel;
using test::edited;
using test::later;
using test::published;
using test::refusal;
using test::shown;
using test::version;

const PublicManifests kBoth = published({{"1.0.0"}, {"1.1.0-beta.1", Channel::beta}});

}  // namespace

TEST_SUITE("releaser/pointers/promote") {
  TEST_CASE("a promoted version is in both channels, with the same bytes") {
    const auto after =
        edited(edit(kBoth, Promote{version("1.1.0-beta.1"), Channel::stable}, later()));
    CHECK(shown(after.manifests, "stable") == "2: 1.1.0-beta.1 1.0.0 stable=1.1.0-beta.1");
    CHECK(shown(after.manifests, "beta") == shown(kBoth, "beta"));
    CHECK(shown(after.manifests, "all") ==
          "3: 1.1.0-beta.1/stable 1.0.0/stable stable=1.1.0-beta.1 beta=1.1.0-beta.1");
    const auto& entry = after.manifests.channels.at(Channel::stable).versions;
    const auto& of_beta = kBoth.channels.at(Channel::beta).versions.at(version("1.1.0-beta.1"));
    CHECK(entry.at(version("1.1.0-beta.1")).platforms == of_beta.platforms);
    CHECK(entry.at(version("1.1.0-beta.1")).published == of_beta.published);
    CHECK(after.warnings ==
          std::vector<std::string>{
              "1.1.0-beta.1 is a pre-release and becomes stable under that name"});
    CHECK(test::broken_rule(kBoth, after) == "");
  }

  TEST_CASE("the same again changes nothing, nor does a channel whose users see it already") {
    const auto once =
        edited(edit(kBoth, Promote{version("1.1.0-beta.1"), Channel::stable}, later())).manifests;
    for (const Channel to : {Channel::stable, Channel::beta, Channel::nightly}) {
      const auto again = edited(edit(once, Promote{version("1.1.0-beta.1"), to}, later()));
      CHECK(again.manifests == once);
      CHECK(again.words.empty());
    }
  }

  TEST_CASE("the first release of a channel makes its manifest, with what is known of versions") {
    auto before = published({{"1.1.0", Channel::beta}});
    before.channels.at(Channel::beta).security_floor = version("1.0.0");
    before.channels.at(Channel::beta).deprecation_notices[version("1.1.0")] = "soon";
    const auto after = edited(edit(before, Promote{version("1.1.0"), Channel::stable}, later()));
    CHECK(shown(after.manifests, "stable") == "1: 1.1.0 stable=1.1.0 floor 1.0.0");
    CHECK(after.manifests.channels.at(Channel::stable).deprecation_notices.size() == 1);
    CHECK(after.warnings.empty());
    CHECK(test::broken_rule(before, after) == "");
  }

  TEST_CASE("a rollout begins anew") {
    auto before = kBoth;
    for (auto* const manifest : {&before.channels.at(Channel::beta), &*before.combined})
      manifest->versions.at(version("1.1.0-beta.1")).rollout = {{test::later(), 500}};
    const auto after =
        edited(edit(before, Promote{version("1.1.0-beta.1"), Channel::stable}, later())).manifests;
    const auto& stable = after.channels.at(Channel::stable).versions;
    CHECK(stable.at(version("1.1.0-beta.1")).rollout.empty());
    CHECK(after.combined->versions.at(version("1.1.0-beta.1")).rollout.empty());
    CHECK(after.channels.at(Channel::beta) == before.channels.at(Channel::beta));
  }

  TEST_CASE("who promotes below the newest is told that nobody goes down") {
    const auto before = published({{"2.0.0"}, {"1.9.0", Channel::beta}});
    const auto after = edited(edit(before, Promote{version("1.9.0"), Channel::stable}, later()));
    CHECK(shown(after.manifests, "stable") == "2: 2.0.0 1.9.0 stable=2.0.0");
    REQUIRE(after.warnings.size() == 1);
    CHECK(after.warnings.front() ==
          "1.9.0 is lower than 2.0.0, which users of stable have or get; none of them goes down "
          "to it");
  }

  TEST_CASE("a run that was stopped between two manifests is finished") {
    const auto all =
        edited(edit(kBoth, Promote{version("1.1.0-beta.1"), Channel::stable}, later())).manifests;
    PublicManifests half = all;
    half.combined = kBoth.combined;
    const auto after =
        edited(edit(half, Promote{version("1.1.0-beta.1"), Channel::stable}, later())).manifests;
    CHECK(after.channels == all.channels);
    CHECK(after.combined == all.combined);
  }

  TEST_CASE("what is unknown, withdrawn or below the floor is not promoted") {
    const auto yanked =
        edited(edit(kBoth, Yank{version("1.1.0-beta.1"), "bad"}, later())).manifests;
    auto with_floor = kBoth;
    with_floor.channels.at(Channel::beta).security_floor = version("1.1.0");
    CHECK(refusal(edit(kBoth, Promote{version("4.0.0"), Channel::stable}, later())) ==
          "9: no public manifest lists 4.0.0; they list 1.0.0, 1.1.0-beta.1");
    CHECK(refusal(edit(yanked, Promote{version("1.1.0-beta.1"), Channel::stable}, later())) ==
          "3: 1.1.0-beta.1 is withdrawn (bad); unyank it first, or promote another one");
    CHECK(refusal(edit(with_floor, Promote{version("1.1.0-beta.1"), Channel::stable}, later())) ==
          "3: 1.1.0-beta.1 is below the security floor 1.1.0; promote a version from there on");
  }

  TEST_CASE("a promoted version that is withdrawn is withdrawn for all") {
    const auto promoted =
        edited(edit(kBoth, Promote{version("1.1.0-beta.1"), Channel::stable}, later())).manifests;
    const auto after = edited(edit(promoted, Yank{version("1.1.0-beta.1"), "bad"}, later()));
    CHECK(shown(after.manifests, "stable") == "3: 1.1.0-beta.1(yanked) 1.0.0 stable=1.0.0");
    CHECK(shown(after.manifests, "beta") == "2: 1.1.0-beta.1(yanked)");
    CHECK(shown(after.manifests, "all") ==
          "4: 1.1.0-beta.1/stable(yanked) 1.0.0/stable stable=1.0.0");
    CHECK(after.warnings.empty());
  }
}
