#include "base/text.hpp"
#include "releaser/metadata/metadata_walk.hpp"
#include "tests/releaser/metadata/trust_world.hpp"
#include "tests/support/sanitized.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <doctest/doctest.h>

#include <random>

// Whatever is published, refreshed, rotated and stopped in between, in whatever order: every client
// accepts every state that a reader could see.

using base::cat;
using std::chrono::days;
using std::chrono::hours;
namespace tuf = trust::tuf;

namespace {

// What an agent keeps.
class Client {
 public:
  explicit Client(std::string first_root) : m_root(std::move(first_root)) {}

  releaser::MetadataSet update(const test::TrustWorld& world) {
    const auto read = world.reader();
    const tuf::Root from = parse(m_root);
    std::uint64_t newest = from.version;
    while (auto root = read(releaser::root_file(newest + 1), SIZE_MAX)) {
      if (tuf::TrustedMetadata::replaces_online_keys(from, parse(*root))) {
        m_timestamp.clear();
        m_snapshot.clear();
      }
      ++newest;
    }
    releaser::MetadataSet set = releaser::walk_metadata({.trusted_root = m_root,
                                                         .now = world.now,
                                                         .kept_timestamp = m_timestamp,
                                                         .kept_snapshot = m_snapshot},
                                                        read);
    if (newest > from.version) m_root = *read(releaser::root_file(newest), SIZE_MAX);
    m_timestamp = set.timestamp_bytes;
    m_snapshot = set.snapshot_bytes;
    return set;
  }

 private:
  static tuf::Root parse(const std::string& root) {
    return tuf::parse_root(tuf::parse_envelope(root, tuf::ByteLimits().root));
  }
  std::string m_root, m_timestamp, m_snapshot;
};

std::size_t pick(std::mt19937& random, std::size_t below) { return random() % below; }

// One thing that a maintainer does; its name.
std::string act(test::TrustWorld& world, std::mt19937& random) {
  switch (pick(random, 8)) {
    case 0:
    case 1:
    case 2:
      world.manifests["stable"] = cat("stable ", random());
      return "release";
    case 3:
      world.manifests["nightly"] = cat("nightly ", random());
      return "nightly";
    case 4:
      world.now += days(5);
      return "five days";
    case 5:
      world.replace_key("stable");
      world.renew_targets();
      return "key of stable";
    case 6:
      world.replace_key("online");
      world.rotate_root();
      return "key of online";
    default:
      world.replace_key("root");
      world.rotate_root();
      world.renew_targets();
      return "key of root";
  }
}

}  // namespace

TEST_SUITE("releaser/metadata/metadata_sequence") {
  TEST_CASE("a client that followed and a fresh one accept whatever is published, at any instant") {
    std::size_t windows = 0;
    for (unsigned seed = 1; seed <= (test::kIsSanitized ? 4U : 12U); ++seed) {
      std::mt19937 random(seed);
      test::TrustWorld world({"stable", "nightly"});
      // Without the keys that are replaced there is one such instant: a root is public, and the
      // timestamp that its keys have signed is not yet.
      world.former_keys_are_at_hand = seed % 3 != 0;
      world.manifests.erase("nightly");
      world.publish();
      const std::string first_root = world.trust.roots.front();
      std::vector<Client> clients(1, Client(first_root));
      clients.front().update(world);
      std::uint64_t last_timestamp = 1;
      std::string done;
      for (int step = 0; step < 25; ++step) {
        done += cat(act(world, random), "; ");
        CAPTURE(seed);
        CAPTURE(done);
        // Each file appears by itself, and the run may end after any of them.
        const std::size_t stop = pick(random, 3) == 0 ? pick(random, 6) : SIZE_MAX;
        for (std::size_t count = 0; count < stop; ++count) {
          const std::size_t roots = world.read().roots;
          if (world.publish(1) == 0) break;
          const bool is_window = !world.former_keys_are_at_hand && world.read().roots > roots;
          windows += is_window ? 1 : 0;
          if (is_window) continue;
          REQUIRE_NOTHROW(Client(first_root).update(world));
          for (Client& client : clients)
            REQUIRE_NOTHROW(client.update(world));
        }
        world.publish();
        REQUIRE(world.publish() == 0);
        releaser::MetadataSet set = Client(first_root).update(world);
        for (Client& client : clients) {
          if (pick(random, 3) == 0) continue;  // asleep
          CHECK(client.update(world).channels.at("stable").manifest->bytes() ==
                world.manifests["stable"]);
        }
        CHECK(set.channels.at("stable").manifest->bytes() == world.manifests["stable"]);
        CHECK(set.timestamp.version >= last_timestamp);
        last_timestamp = set.timestamp.version;
        if (step % 8 == 0) {
          clients.emplace_back(first_root);
          clients.back().update(world);
        }
      }
    }
    CHECK(windows > 0);
  }
}
