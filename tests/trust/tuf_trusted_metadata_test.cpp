#include "tests/support/expect_error.hpp"
#include "tests/trust/metadata_client.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

using base::cat;
using base::Errc;
using test::check_error;
using test::Client;
using test::Files;
using test::KeyPair;
using test::kManifest;
using test::kMaxVersion;
using test::MetadataRepository;
using test::new_key;
using test::signed_part;
using test::Site;
using test::timestamp_file;
using trust::tuf::RoleType;
using trust::tuf::TrustedMetadata;

namespace json = base::json;
namespace tuf = trust::tuf;

TEST_SUITE("trust/tuf/trusted_metadata") {
  TEST_CASE("a repository is walked from its first root, with consistent snapshots and without") {
    for (const bool is_consistent : {true, false}) {
      for (const bool gives_hashes : {true, false}) {
        Site site(is_consistent);
        site.repository.gives_hashes = gives_hashes;
        Client client(site.repository);
        site.repository.rotate("root");
        site.repository.publish();
        site.repository.rotate("targets");
        site.next("third");
        REQUIRE(site.repository.root.version == 3);
        CHECK_FALSE(client.walk(site.repository.files));
        CHECK(client.manifest == "third");
        CHECK(client.root == site.repository.file_of("root"));
        client.role = "beta";
        CHECK_FALSE(client.walk(site.repository.files));
        CHECK(client.manifest == "manifest of beta");
      }
    }
  }

  TEST_CASE("a first root that is not signed as it says is no root") {
    MetadataRepository repository;
    const json::Value part = signed_part(repository.file_of("root"));
    check_error(Errc::untrusted, "root has 0 of 1", [&] {
      const TrustedMetadata trusted(MetadataRepository::forge(part, {new_key()}), test::now(),
                                    tuf::checks_ed25519);
    });
    check_error(Errc::untrusted, "_type: is timestamp, and not root", [&] {
      const TrustedMetadata trusted(repository.file_of("timestamp"), test::now(),
                                    tuf::checks_ed25519);
    });
    for (std::size_t size = 0; size < repository.file_of("root").size(); size += 7) {
      const std::string cut = repository.file_of("root").substr(0, size);
      test::message_of(Errc::untrusted, [&] {
        const TrustedMetadata trusted(cut, test::now(), tuf::checks_ed25519);
      });
    }
  }

  TEST_CASE("roots on the way may have expired, the last one may not") {
    Site site;
    Client client(site.repository);
    site.repository.root.expires = test::now() - std::chrono::hours(1);
    site.repository.publish();
    site.repository.root.expires = test::now() + std::chrono::hours(1);
    site.repository.publish();
    CHECK_FALSE(client.walk(site.repository.files));
    CHECK(client.root == site.repository.root_file(3));
    client.now += std::chrono::hours(1);
    const auto refusal = client.walk(site.repository.files);
    REQUIRE(refusal);
    CHECK(refusal->step == "end of roots");
    CHECK(refusal->code == Errc::expired);
  }

  TEST_CASE("the same root again ends the search for a newer one") {
    Site site;
    TrustedMetadata trusted(site.repository.root_file(1), test::now(), tuf::checks_ed25519);
    CHECK_FALSE(trusted.update_root(site.repository.root_file(1)));
    CHECK(trusted.root().version == 1);
    trusted.finish_root_update();
  }

  TEST_CASE("a new root needs both thresholds in full") {
    Site site;
    const std::vector<KeyPair> old_keys{new_key(), new_key(), new_key()};
    site.repository.set_keys("root", old_keys, 2);
    site.repository.publish();
    const std::string trusted_root = site.repository.file_of("root");
    const std::vector<KeyPair> new_keys{new_key(), new_key(), new_key()};
    site.repository.set_keys("root", new_keys, 3);
    ++site.repository.root.version;
    const json::Value part = tuf::write_root(site.repository.root);
    const auto signed_by = [&](std::size_t old_count, std::size_t new_count) {
      std::vector<KeyPair> keys(old_keys.begin(),
                                old_keys.begin() + static_cast<std::ptrdiff_t>(old_count));
      keys.insert(keys.end(), new_keys.begin(),
                  new_keys.begin() + static_cast<std::ptrdiff_t>(new_count));
      return MetadataRepository::forge(part, keys);
    };
    for (std::size_t old_count = 0; old_count <= 3; ++old_count) {
      for (std::size_t new_count = 0; new_count <= 3; ++new_count) {
        INFO(cat(old_count, " old, ", new_count, " new"));
        TrustedMetadata trusted(trusted_root, test::now(), tuf::checks_ed25519);
        const auto update = [&] { trusted.update_root(signed_by(old_count, new_count)); };
        if (old_count >= 2 && new_count == 3) {
          update();
          CHECK(trusted.root().version == 3);
        } else {
          check_error(Errc::untrusted,
                      old_count < 2 ? "by the keys of the one before" : "by its own keys", update);
          CHECK(trusted.root().version == 2);
        }
      }
    }
  }

  TEST_CASE("the timestamp that is known stands, as long as it has not expired") {
    Site site;
    Client client(site.repository);
    REQUIRE_FALSE(client.walk(site.repository.files));
    const std::string kept = client.timestamp;
    // Equal in version, other in content: a thief with the key may not replace it.
    site.repository.timestamp.expires += std::chrono::hours(1000);
    site.repository.write_role("timestamp");
    CHECK_FALSE(client.walk(site.repository.files));
    CHECK(client.timestamp == kept);
    client.now = test::time_at("2030-01-01T00:00:00Z") - std::chrono::seconds(1);
    CHECK_FALSE(client.walk(site.repository.files));
    client.now += std::chrono::seconds(1);
    const auto refusal = client.walk(site.repository.files);
    REQUIRE(refusal);
    CHECK(refusal->step == "end of roots");  // everything ends in that second
    site.repository.root.expires += std::chrono::hours(1000);
    site.repository.publish();
    CHECK(client.walk(site.repository.files).value().step == "timestamp");
  }

  TEST_CASE("what is kept is a floor even after it has expired, and only by the keys of now") {
    Site site;
    site.repository.timestamp.expires = test::now() + std::chrono::hours(1);
    site.repository.publish();
    Client client(site.repository);
    REQUIRE_FALSE(client.walk(site.repository.files));
    client.now += std::chrono::hours(2);
    site.repository.timestamp.expires = test::time_at("2029-01-01T00:00:00Z");
    site.repository.timestamp.version = 1;
    site.repository.write_role("timestamp");
    const auto refusal = client.walk(site.repository.files);
    REQUIRE(refusal);
    CHECK(refusal->message.find("going backwards: version 1, and 3") != std::string::npos);

    TrustedMetadata trusted(client.root, test::now(), tuf::checks_ed25519);
    trusted.finish_root_update();
    CHECK_FALSE(trusted.remember_timestamp(
        MetadataRepository::forge(signed_part(client.timestamp), {new_key()})));
    CHECK_FALSE(trusted.remember_timestamp(""));
    CHECK_FALSE(trusted.remember_timestamp(client.snapshot));
    CHECK_FALSE(trusted.remember_snapshot(client.timestamp));
    CHECK(trusted.update_timestamp(timestamp_file(site)));  // nothing was remembered
  }

  TEST_CASE("a fast-forward ends where a new root replaces the stolen key") {
    for (const std::string_view stolen : {"timestamp", "snapshot"}) {
      INFO(stolen);
      Site site;
      Client client(site.repository);
      REQUIRE_FALSE(client.walk(site.repository.files));
      const Files good = site.repository.files;
      const auto snapshot_before = site.repository.snapshot;
      const auto timestamp_before = site.repository.timestamp;
      if (stolen == "snapshot") {
        site.repository.snapshot.version = kMaxVersion;
        for (auto& [name, file] : site.repository.snapshot.files)
          file.version = kMaxVersion;
        const std::string path = site.repository.write_role("snapshot");
        site.repository.timestamp.snapshot =
            tuf::describe(site.repository.files.at(path), kMaxVersion);
      }
      site.repository.timestamp.version = kMaxVersion;
      site.repository.write_role("timestamp");
      const auto broken = client.walk(site.repository.files);
      if (stolen == "snapshot") CHECK(broken.value().step == "targets");  // there is no such file
      CHECK(client.timestamp == timestamp_file(site));

      // The maintainer goes on from what is true; without a new key nobody follows.
      site.repository.files = good;
      site.repository.snapshot = snapshot_before;
      site.repository.timestamp = timestamp_before;
      site.repository.timestamp.version += 1;
      site.repository.write_role("timestamp");
      CHECK(client.walk(site.repository.files).value().step == "timestamp");
      site.repository.rotate("timestamp");
      site.repository.rotate("snapshot");
      site.next("after the thief");
      CHECK_FALSE(client.walk(site.repository.files));
      CHECK(client.manifest == "after the thief");
      CHECK(client.timestamp == timestamp_file(site));
    }
  }

  TEST_CASE("keys of timestamp and snapshot are replaced where their values or thresholds change") {
    MetadataRepository repository;
    const tuf::Root before = repository.root;
    tuf::Root after = before;
    after.version = 2;
    after.roles.at(RoleType::root).keys.clear();
    after.roles.at(RoleType::targets).keys.clear();
    CHECK_FALSE(TrustedMetadata::replaces_online_keys(before, after));
    for (const RoleType type : {RoleType::timestamp, RoleType::snapshot}) {
      tuf::Root changed = before;
      changed.roles.at(type).keys = {tuf::key_of(new_key()->public_key())};
      CHECK(TrustedMetadata::replaces_online_keys(before, changed));
      changed = before;
      changed.roles.at(type).threshold = 2;
      CHECK(TrustedMetadata::replaces_online_keys(before, changed));
    }
  }

  TEST_CASE("a role counts by whoever delegates to it") {
    // Two delegators name "shared", one by the right key and one by another.
    MetadataRepository repository;
    repository.delegate("targets", "first", {"*"});
    repository.delegate("targets", "second", {"*"});
    repository.delegate("first", "shared", {"file"});
    repository.delegate("second", "shared", {"file"});
    repository.add_target("shared", "file", "content");
    repository.delegated.at("second").delegations[0].authority.keys = {
        tuf::key_of(new_key()->public_key())};
    repository.publish();
    TrustedMetadata trusted(repository.root_file(1), test::now(), tuf::checks_ed25519);
    trusted.finish_root_update();
    trusted.update_timestamp(repository.file_of("timestamp"));
    trusted.update_snapshot(repository.file_of("snapshot"));
    const auto& targets = trusted.update_targets(repository.file_of("targets"));
    const auto& first = trusted.update_delegated(repository.file_of("first"), targets, "first");
    const auto& second = trusted.update_delegated(repository.file_of("second"), targets, "second");
    const auto& shared = trusted.update_delegated(repository.file_of("shared"), first, "shared");
    CHECK(trusted.prove_target(shared, "file", "content").bytes() == "content");
    CHECK(trusted.prove_target(shared, "file", "content").name() == "file");
    check_error(Errc::untrusted, "shared has 0 of 1",
                [&] { trusted.update_delegated(repository.file_of("shared"), second, "shared"); });
    CHECK(trusted.prove_target(shared, "file", "content").bytes() == "content");
  }

  TEST_CASE("a role that the snapshot does not list is refused") {
    Site site;
    site.repository.snapshot.files.erase("stable.json");
    ++site.repository.snapshot.version;
    const std::string path = site.repository.write_role("snapshot");
    ++site.repository.timestamp.version;
    site.repository.timestamp.snapshot =
        tuf::describe(site.repository.files.at(path), site.repository.snapshot.version);
    site.repository.write_role("timestamp");
    const auto refusal = Client(site.repository).walk(site.repository.files);
    REQUIRE(refusal);
    CHECK(refusal->step == "stable");
    CHECK(refusal->message == "snapshot lists no stable.json");
  }

  TEST_CASE("calls out of order are a mistake of the program") {
    Site site;
    const MetadataRepository& repository = site.repository;
    TrustedMetadata trusted(repository.root_file(1), test::now(), tuf::checks_ed25519);
    const auto check_internal = [&](const std::function<void()>& call) {
      check_error(Errc::internal, "out of order", call);
    };
    const tuf::Targets stranger;
    check_internal([&] { trusted.remember_timestamp(repository.file_of("timestamp")); });
    check_internal([&] { trusted.remember_snapshot(repository.file_of("snapshot")); });
    check_internal([&] { trusted.update_timestamp(repository.file_of("timestamp")); });
    trusted.finish_root_update();
    check_internal([&] { trusted.update_root(repository.root_file(1)); });
    check_internal([&] { trusted.update_snapshot(repository.file_of("snapshot")); });
    trusted.update_timestamp(repository.file_of("timestamp"));
    check_internal([&] { trusted.remember_timestamp(repository.file_of("timestamp")); });
    check_internal([&] { trusted.update_targets(repository.file_of("targets")); });
    check_internal([&] { static_cast<void>(trusted.meta_of("targets")); });
    trusted.update_snapshot(repository.file_of("snapshot"));
    check_internal([&] { trusted.update_timestamp(repository.file_of("timestamp")); });
    check_internal([&] { trusted.update_delegated(repository.file_of("stable"), stranger, "x"); });
    const auto& targets = trusted.update_targets(repository.file_of("targets"));
    check_internal([&] { trusted.update_snapshot(repository.file_of("snapshot")); });
    check_internal([&] { trusted.update_delegated("", targets, "no such role"); });
    const auto& stable = trusted.update_delegated(repository.file_of("stable"), targets, "stable");
    check_internal([&] { trusted.update_targets(repository.file_of("targets")); });
    check_internal([&] { static_cast<void>(trusted.prove_target(stranger, kManifest, "")); });
    check_internal([&] { static_cast<void>(trusted.prove_target(stable, "no such path", "")); });
  }

  TEST_CASE("unknown fields are signed with the rest, and change nothing") {
    Site site;
    site.repository.before_signing = [](std::string_view, json::Object& part) {
      part.emplace_back("x-unknown", json::Array{1, "\n\"\\é", nullptr, json::Object{}});
      part.emplace(part.begin(), "A", true);
    };
    Client client(site.repository);
    site.next("with unknown fields");
    CHECK_FALSE(client.walk(site.repository.files));
    CHECK(client.manifest == "with unknown fields");
    CHECK(site.repository.root.version == 2);
    site.repository.tamper("metadata/timestamp.json",
                           [](json::Object& part) { part.front().second = false; });
    CHECK(client.walk(site.repository.files).value().step == "timestamp");
  }
}
