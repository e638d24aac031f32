#include "releaser/stages/publish_plan.hpp"

#include <doctest/doctest.h>

namespace {

using releaser::Found;
using releaser::Known;
using releaser::Standing;
using Indices = std::vector<std::size_t>;

releaser::Publication files(std::size_t assets, std::size_t documents) {
  releaser::Publication wanted;
  for (std::size_t index = 0; index < assets; ++index) {
    wanted.assets.push_back({"asset" + std::to_string(index), std::string(), 0, {}});
  }
  for (std::size_t index = 0; index < documents; ++index) {
    wanted.documents.push_back({"document" + std::to_string(index), std::string(), 0, {}});
  }
  return wanted;
}

constexpr Standing kOurs{.release = Known::no, .site = Known::yes};
constexpr Standing kPublic{.release = Known::yes, .site = Known::yes};
constexpr Standing kEmpty{.release = Known::no, .site = Known::no};

}  // namespace

TEST_SUITE("releaser/stages/publish_plan") {
  TEST_CASE("what is missing is put, what is there stays, in order") {
    const auto plan = releaser::plan_publication({Found::absent, Found::same, Found::absent}, {},
                                                 {Found::absent, Found::same, Found::different},
                                                 kOurs, files(3, 3));
    CHECK(plan.put == Indices{0, 2});
    CHECK(plan.announce == Indices{0, 2});
    CHECK(plan.conflicts.empty());
  }

  TEST_CASE("other bytes are a conflict once the release is public") {
    const std::vector<Found> assets{Found::same, Found::different};
    const auto secret = releaser::plan_publication(assets, {}, {}, kOurs, files(2, 0));
    CHECK(secret.put == Indices{1});
    CHECK(secret.conflicts.empty());
    const auto open = releaser::plan_publication(assets, {}, {}, kPublic, files(2, 0));
    CHECK(open.put.empty());
    CHECK(open.conflicts == std::vector<std::string>{"asset1"});
  }

  TEST_CASE("a document that nobody of ours put there is foreign") {
    const std::vector<Found> documents{Found::same, Found::different, Found::absent};
    const auto first = releaser::plan_publication({}, {}, documents, kEmpty, files(0, 3));
    CHECK(first.foreign == std::vector<std::string>{"document1"});
    CHECK(first.announce == Indices{2});
    const auto later = releaser::plan_publication({}, {}, documents, kOurs, files(0, 3));
    CHECK(later.foreign.empty());
    CHECK(later.announce == Indices{1, 2});
  }

  TEST_CASE("nothing to do is nothing") {
    const auto plan = releaser::plan_publication({Found::same}, {Found::same}, {Found::same},
                                                 kPublic, files(1, 1));
    CHECK(plan.is_empty());
  }

  TEST_CASE("metadata that a stopped run left is replaced, whatever is public") {
    const auto plan = releaser::plan_publication({}, {Found::same, Found::different, Found::absent},
                                                 {}, kPublic, files(0, 0));
    CHECK(plan.put_metadata == Indices{1, 2});
    CHECK(plan.conflicts.empty());
    CHECK(!plan.is_empty());
  }
}
