#include "releaser/destinations/hosted_release.hpp"

#include <doctest/doctest.h>

namespace {

using releaser::AssetAction;
using releaser::AssetStep;
using releaser::HostedAsset;

const trust::Sha256 kRight = trust::sha256_of("right");
const trust::Sha256 kWrong = trust::sha256_of("wrong");
const releaser::WantedAsset kWanted{"a.tar.gz", 5, kRight};

HostedAsset asset(std::uint64_t id, std::optional<trust::Sha256> sha256, std::uint64_t size = 5) {
  return {.id = id, .name = "a.tar.gz", .size = size, .is_whole = true, .sha256 = sha256};
}
HostedAsset starter(std::uint64_t id) {
  return {.id = id, .name = "a.tar.gz", .size = 0, .is_whole = false, .sha256 = {}};
}
HostedAsset other(std::uint64_t id) {
  return {.id = id, .name = "b.tar.gz", .size = 5, .is_whole = true, .sha256 = kWrong};
}

enum class State { draft, open, immutable };

}  // namespace

TEST_SUITE("releaser/destinations/hosted_release") {
  TEST_CASE("an asset is brought about by what is found, and nothing public goes") {
    struct Row {
      const char* sentence;
      State state;
      std::vector<HostedAsset> assets;
      AssetAction expected;
    };
    const Row rows[] = {
        {"nothing in a draft", State::draft, {}, {AssetStep::upload, {}, {}}},
        {"nothing in public", State::open, {}, {AssetStep::upload, {}, {}}},
        {"nothing, for ever", State::immutable, {}, {AssetStep::refuse_missing, {}, {}}},
        {"only others", State::draft, {other(1)}, {AssetStep::upload, {}, {}}},
        {"equal in a draft", State::draft, {asset(1, kRight)}, {AssetStep::nothing, {}, {}}},
        {"equal in public", State::open, {asset(1, kRight)}, {AssetStep::nothing, {}, {}}},
        {"equal, for ever", State::immutable, {asset(1, kRight)}, {AssetStep::nothing, {}, {}}},
        {"other bytes in a draft", State::draft, {asset(1, kWrong)}, {AssetStep::upload, {}, {1}}},
        {"another size in a draft", State::draft, {asset(1, {}, 6)}, {AssetStep::upload, {}, {1}}},
        {"other bytes in public", State::open, {asset(1, kWrong)}, {AssetStep::refuse, {}, {}}},
        {"another size in public", State::open, {asset(1, {}, 6)}, {AssetStep::refuse, {}, {}}},
        {"other bytes, for ever",
         State::immutable,
         {asset(1, kWrong)},
         {AssetStep::refuse, {}, {}}},
        {"a broken upload in a draft", State::draft, {starter(1)}, {AssetStep::upload, {}, {1}}},
        {"a broken upload in public", State::open, {starter(1)}, {AssetStep::upload, {}, {1}}},
        {"a broken upload, for ever",
         State::immutable,
         {starter(1)},
         {AssetStep::refuse_missing, {}, {}}},
        {"a broken upload beside a whole one",
         State::draft,
         {starter(1), asset(2, kRight)},
         {AssetStep::nothing, {}, {1}}},
        {"no digest", State::draft, {asset(1, {})}, {AssetStep::compare_bytes, {1}, {}}},
        {"no digest in public", State::open, {asset(1, {})}, {AssetStep::compare_bytes, {1}, {}}},
        {"twice without digest",
         State::draft,
         {asset(1, {}), asset(2, {})},
         {AssetStep::compare_bytes, {1, 2}, {}}},
        {"twice with it",
         State::draft,
         {asset(1, kRight), asset(2, kRight)},
         {AssetStep::nothing, {}, {2}}},
        {"twice with it in public",
         State::open,
         {asset(1, kRight), asset(2, kRight)},
         {AssetStep::nothing, {}, {}}},
        {"right beside wrong in a draft",
         State::draft,
         {asset(1, kWrong), asset(2, kRight)},
         {AssetStep::nothing, {}, {1}}},
        {"right beside wrong in public",
         State::open,
         {asset(1, kWrong), asset(2, kRight)},
         {AssetStep::refuse, {}, {}}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.sentence);
      releaser::HostedRelease found;
      found.is_draft = row.state == State::draft;
      found.is_immutable = row.state == State::immutable;
      found.assets = row.assets;
      CHECK(reconcile(kWanted, found) == row.expected);
    }
  }
}
