#include "releaser/stages/rollout_share.hpp"
#include "tests/releaser/pointers/world.hpp"

#include <doctest/doctest.h>

namespace {

using releaser::edit;
using releaser::Halt;
using releaser::Promote;
using releaser::PublicManifests;
using releaser::Resume;
using releaser::Rollout;
using releaser::Yank;
using schema::Channel;
using test::edited;
using test::later;
using test::published;
using test::refusal;
using test::shown;
using test::two_stable;
using test::version;

const std::chrono::hours kHour{1};

const std::vector<schema::RolloutStep>& steps_of(const PublicManifests& manifests) {
  return manifests.combined->versions.at(version("1.1.0")).rollout;
}

}  // namespace

TEST_SUITE("releaser/pointers/hold_back") {
  TEST_CASE("each share is a step, in the channel's manifest and the combined one") {
    PublicManifests manifests = two_stable();
    base::Time time = later();
    for (const int share : {0, 500, 500, 1250, 10000}) {
      const auto after = edited(edit(manifests, Rollout{version("1.1.0"), share}, time));
      CHECK(test::broken_rule(manifests, after) == "");
      manifests = after.manifests;
      time += kHour;
    }
    const std::vector<schema::RolloutStep> expected{{later(), 0},
                                                    {later() + kHour, 500},
                                                    {later() + 3 * kHour, 1250},
                                                    {later() + 4 * kHour, 10000}};
    CHECK(steps_of(manifests) == expected);
    CHECK(manifests.channels.at(Channel::stable).versions == manifests.combined->versions);
    CHECK(manifests.combined->generation == 6);
  }

  TEST_CASE("the share that is out already is no change") {
    CHECK(edited(edit(two_stable(), Rollout{version("1.1.0"), 10000}, later())).manifests ==
          two_stable());
    const auto once = edited(edit(two_stable(), Rollout{version("1.1.0"), 500}, later())).manifests;
    const auto again = edited(edit(once, Rollout{version("1.1.0"), 500}, later() + kHour));
    CHECK(again.manifests == once);
    CHECK(again.words.empty());
  }

  TEST_CASE("the first step after a release for everybody warns that who has it keeps it") {
    const auto after = edited(edit(two_stable(), Rollout{version("1.1.0"), 1000}, later()));
    CHECK(after.words == std::vector<std::string>{"1.1.0 is out for 10 %, and was for 100 %"});
    CHECK(after.warnings ==
          std::vector<std::string>{"1.1.0 was out for everybody: whoever has it keeps it, and "
                                   "others wait"});
  }

  TEST_CASE("a second step at the same second replaces the first") {
    const auto once = edited(edit(two_stable(), Rollout{version("1.1.0"), 500}, later())).manifests;
    const auto twice = edited(edit(once, Rollout{version("1.1.0"), 900}, later())).manifests;
    CHECK(steps_of(twice) == std::vector<schema::RolloutStep>{{later(), 900}});
  }

  TEST_CASE("a promoted version has a rollout of its own in the channel that counts") {
    const auto before = published({{"1.0.0"}, {"1.1.0", Channel::beta}});
    const auto promoted =
        edited(edit(before, Promote{version("1.1.0"), Channel::stable}, later())).manifests;
    const auto after = edited(edit(promoted, Rollout{version("1.1.0"), 500}, later())).manifests;
    CHECK(after.channels.at(Channel::beta) == promoted.channels.at(Channel::beta));
    CHECK(after.channels.at(Channel::stable).versions.at(version("1.1.0")).rollout.size() == 1);
    CHECK(steps_of(after).size() == 1);
  }

  TEST_CASE("a halt stands in the manifest of its channel alone, and is ended") {
    const auto after = edited(edit(two_stable(), Halt{Channel::stable, "crashes"}, later()));
    CHECK(shown(after.manifests, "stable") == "3: 1.1.0 1.0.0 stable=1.1.0 halted");
    CHECK(after.manifests.combined == two_stable().combined);
    CHECK(after.words == std::vector<std::string>{"unattended updates of stable stop: crashes"});
    CHECK(test::broken_rule(two_stable(), after) == "");
    CHECK(edited(edit(after.manifests, Halt{Channel::stable, "crashes"}, later() + kHour))
              .manifests == after.manifests);
    const auto other =
        edited(edit(after.manifests, Halt{Channel::stable, "hangs"}, later() + kHour)).manifests;
    CHECK(other.channels.at(Channel::stable).halt->reason == "hangs");
    CHECK(other.channels.at(Channel::stable).halt->since == later());
    const auto ended = edited(edit(other, Resume{Channel::stable}, later() + kHour));
    CHECK(shown(ended.manifests, "stable") == "5: 1.1.0 1.0.0 stable=1.1.0");
    CHECK(edited(edit(ended.manifests, Resume{Channel::stable}, later())).manifests ==
          ended.manifests);
  }

  TEST_CASE("what contradicts what is public is refused") {
    const auto half =
        edited(edit(two_stable(), Rollout{version("1.1.0"), 5000}, later())).manifests;
    const auto yanked =
        edited(edit(two_stable(), Yank{version("1.1.0"), "bad"}, later())).manifests;
    CHECK(refusal(edit(half, Rollout{version("1.1.0"), 1250}, later() + kHour)) ==
          "3: 1.1.0 is out for 50 %, and shares only grow; halt stops unattended updates of its "
          "channel, and yank withdraws it");
    CHECK(refusal(edit(half, Rollout{version("1.1.0"), 6000}, later() - kHour)) ==
          "8: the last step of 1.1.0 begins at 2026-11-24T16:00:00Z, which is in the future; set "
          "the clock right");
    CHECK(refusal(edit(yanked, Rollout{version("1.1.0"), 1250}, later())) ==
          "3: 1.1.0 is withdrawn (bad); nobody takes it, whatever its share is");
    CHECK(refusal(edit(two_stable(), Rollout{version("9.0.0"), 1250}, later())).starts_with("9: "));
    CHECK(refusal(edit(two_stable(), Halt{Channel::beta, "crashes"}, later())) ==
          "9: nothing is public in channel beta; there is something in stable");
    CHECK(refusal(edit(two_stable(), Halt{Channel::stable, ""}, later()))
              .starts_with("2: the reason"));
    CHECK(refusal(edit(two_stable(), Resume{Channel::nightly}, later())).starts_with("9: "));
    PublicManifests many = two_stable();
    for (int step = 1; step <= 64; ++step)
      many = edited(edit(many, Rollout{version("1.1.0"), step}, later() + step * kHour)).manifests;
    CHECK(refusal(edit(many, Rollout{version("1.1.0"), 65}, later() + 65 * kHour)) ==
          "3: 1.1.0 has 64 steps already; end with --percent 100");
  }

  TEST_CASE("shares are numbers with at most two decimals") {
    struct Row {
      std::string_view text;
      std::optional<int> basis_points;
    };
    const std::vector<Row> rows{
        {"0", 0},    {"100", 10000}, {"12.5", 1250},  {"12.50", 1250}, {"0.01", 1},
        {"5%", 500}, {"5 %", 500},   {"99.99", 9999}, {"", {}},        {"%", {}},
        {"101", {}}, {"100.01", {}}, {"-1", {}},      {"1.234", {}},   {"1.", {}},
        {".5", {}},  {"1e1", {}},    {"ten", {}},     {"1,5", {}},     {"1.x", {}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      CHECK(releaser::parse_percent(row.text) == row.basis_points);
    }
    CHECK(releaser::percent_text(1250) == "12.5 %");
    CHECK(releaser::percent_text(1205) == "12.05 %");
    CHECK(releaser::percent_text(10000) == "100 %");
  }
}
