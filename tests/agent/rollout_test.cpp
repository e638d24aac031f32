#include "agent/plan.hpp"
#include "tests/support/signing.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <string>

namespace {

using schema::Channel;
using schema::Version;

constexpr std::string_view kInstallId = "00112233445566778899aabbccddeeff";

std::string id_number(unsigned number) {
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%032x", number);
  return {text.data(), static_cast<std::size_t>(length)};
}

schema::Release release_with(std::vector<schema::RolloutStep> steps) {
  test::ReleaseBlueprint blueprint;
  blueprint.published = test::time_at("2026-11-20T00:00:00Z");
  schema::Release release = test::make_release(blueprint);
  release.rollout = std::move(steps);
  return release;
}

}  // namespace

TEST_SUITE("agent/rollout") {
  // printf 'cco-rollout-v1\0<id>\0<version>\0<channel>' | sha256sum, the first 16 digits mod 10000.
  TEST_CASE("buckets are those of the formula") {
    struct Row {
      std::string_view version;
      Channel channel;
      int bucket;
    };
    constexpr std::array<Row, 4> kRows{{{"1.2.0", Channel::stable, 8823},
                                        {"1.2.0", Channel::beta, 6305},
                                        {"2026.11.1", Channel::stable, 6582},
                                        {"2026.12.1-beta.1", Channel::beta, 8175}}};
    for (const Row& row : kRows) {
      CHECK(agent::rollout_bucket(kInstallId, Version::parse(row.version), row.channel) ==
            row.bucket);
    }
  }

  TEST_CASE("the share of machines is what was asked for, and another one each release") {
    constexpr unsigned kMachines = 10000;
    constexpr int kTenth = 1000;
    unsigned first = 0;
    unsigned both = 0;
    for (unsigned i = 0; i < kMachines; ++i) {
      const std::string id = id_number(i);
      const bool a = agent::rollout_bucket(id, Version::parse("1.0.0"), Channel::stable) < kTenth;
      const bool b = agent::rollout_bucket(id, Version::parse("1.0.1"), Channel::stable) < kTenth;
      first += a ? 1 : 0;
      both += a && b ? 1 : 0;
    }
    CHECK(first > 880);  // 1000 within four standard deviations
    CHECK(first < 1120);
    CHECK(both > 60);  // 100, not 1000
    CHECK(both < 140);
  }

  TEST_CASE("the step that holds now decides") {
    const auto release = release_with({{test::time_at("2026-11-20T06:00:00Z"), 100},
                                       {test::time_at("2026-11-21T00:00:00Z"), 5000},
                                       {test::time_at("2026-11-22T00:00:00Z"), 10000}});
    const auto built = test::time_at("2026-11-01T00:00:00Z");
    struct Row {
      std::string_view now;
      int share;
    };
    constexpr std::array<Row, 9> kRows{{
        {"2026-11-20T03:00:00Z", 0},  // published, and no step has begun
        {"2026-11-20T05:59:59Z", 0},
        {"2026-11-20T06:00:00Z", 100},
        {"2026-11-21T00:00:00Z", 5000},
        {"2026-11-30T00:00:00Z", 10000},
        {"2026-11-19T23:59:59Z", 100},  // before it was published
        {"1970-01-01T00:00:00Z", 100},
        {"2026-10-30T00:00:00Z", 100},  // before this program was built
        {"2039-01-01T00:00:00Z", 100},  // more than ten years on
    }};
    for (const Row& row : kRows) {
      CAPTURE(row.now);
      CHECK(agent::rollout_basis_points(release, test::time_at(row.now), built) == row.share);
    }
    CHECK(agent::rollout_basis_points(release_with({}), test::now(), built) == 10000);
  }
}
