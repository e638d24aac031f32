#include "tests/trust/metadata_client.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

using base::cat;
using base::Errc;
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

namespace json = base::json;
namespace tuf = trust::tuf;

namespace {

// Could the same object go on with a good file?
enum class Then { goes_on, is_stuck };

struct Attack {
  std::string_view number;  // in the list of attacks that the threat model answers
  std::string_view name;
  std::string_view step;
  Errc code;
  std::string_view message;
  std::function<void(Site&)> make;
  Then then = Then::goes_on;
  bool gives_hashes = true;
};

// The next root, as it stands in `root`, signed by these keys alone.
void put_root(Site& site, const std::vector<KeyPair>& keys) {
  ++site.repository.root.version;
  site.repository.files[cat("metadata/", site.repository.root.version, ".root.json")] =
      MetadataRepository::forge(tuf::write_root(site.repository.root), keys);
}

// The same key once more, by the id that its value in capitals has.
tuf::Key twin_of(const KeyPair& pair) {
  tuf::Key key = tuf::key_of(pair->public_key());
  for (char& letter : key.value) {
    if (letter >= 'a' && letter <= 'f') letter = static_cast<char>(letter - 'a' + 'A');
  }
  key.id = tuf::key_id(key.type, key.scheme, key.value);
  return key;
}

const std::vector<Attack>& attacks() {
  static const std::vector<Attack> table{
      // 5.3, root
      {"10", "a root by the keys of now alone", "root", Errc::untrusted,
       "by its own keys, has 0 of 1",
       [](Site& site) {
         const auto old = site.repository.signers["root"];
         site.repository.rotate("root");
         put_root(site, old);
       }},
      {"1", "a root by its own keys alone", "root", Errc::untrusted,
       "by the keys of the one before, has 0 of 1",
       [](Site& site) { put_root(site, {site.repository.rotate("root")}); }},
      {"26", "a root whose threshold of two is one key under two ids", "root", Errc::untrusted,
       "by its own keys, has 1 of 2",
       [](Site& site) {
         const KeyPair key = site.repository.signers["root"].front();
         tuf::Root& root = site.repository.root;
         ++root.version;
         tuf::Authority& authority = root.roles.at(RoleType::root);
         authority.keys.push_back(twin_of(key));
         authority.threshold = 2;
         tuf::Signatures signatures;
         tuf::add_signature(signatures, *key, tuf::write_root(root));
         signatures.emplace(twin_of(key).id, signatures.begin()->second);
         REQUIRE(signatures.size() == 2);
         site.repository.files["metadata/2.root.json"] =
             tuf::write_envelope(tuf::write_root(root), signatures);
       }},
      {"26", "a root with a threshold of none", "root", Errc::untrusted,
       "roles.targets.threshold: must be at least 1",
       [](Site& site) {
         site.repository.root.roles.at(RoleType::targets).threshold = 0;
         put_root(site, site.repository.signers["root"]);
       }},
      {"30", "a root that skips a version", "root", Errc::untrusted, "has version 3, and not 2",
       [](Site& site) {
         site.repository.root.version = 2;
         put_root(site, site.repository.signers["root"]);
         site.repository.files["metadata/2.root.json"] = site.repository.root_file(3);
       }},
      {"2", "an old root under the name of the next", "root", Errc::untrusted,
       "has version 1, and not 4",
       [](Site& site) {
         for (int count = 0; count < 2; ++count)
           put_root(site, site.repository.signers["root"]);
         site.repository.files["metadata/4.root.json"] = site.repository.root_file(1);
       }},
      {"27", "targets under the name of the next root", "root", Errc::untrusted,
       "_type: is targets, and not root",
       [](Site& site) {
         site.repository.files["metadata/2.root.json"] = MetadataRepository::forge(
             tuf::write_targets(site.repository.targets), site.repository.signers["root"]);
       }},
      {"5", "an endless root", "root", Errc::untrusted, "larger than 524288 bytes",
       [](Site& site) {
         site.repository.files["metadata/2.root.json"] = std::string(512 * 1024 + 1, ' ');
       }},
      {"25", "a root with one name twice", "root", Errc::untrusted, "stands twice",
       [](Site& site) {
         site.repository.files["metadata/2.root.json"] = R"({"signed": {}, "signed": {}})";
       }},
      {"4", "an expired root is the newest", "end of roots", Errc::expired,
       "root expired at 2026-11-20T12:00:00Z",
       [](Site& site) {
         site.repository.root.expires = test::now();
         site.repository.publish();
       },
       Then::is_stuck},

      // 5.4, timestamp
      {"1", "a timestamp by a stranger", "timestamp", Errc::untrusted, "timestamp has 0 of 1",
       [](Site& site) {
         timestamp_file(site) =
             MetadataRepository::forge(signed_part(timestamp_file(site)), {new_key()});
       }},
      {"27", "a timestamp by the key of the snapshot", "timestamp", Errc::untrusted,
       "timestamp has 0 of 1",
       [](Site& site) {
         timestamp_file(site) = MetadataRepository::forge(signed_part(timestamp_file(site)),
                                                          site.repository.signers["snapshot"]);
       }},
      {"12", "a timestamp that was changed after it was signed", "timestamp", Errc::untrusted,
       "timestamp has 0 of 1",
       [](Site& site) {
         site.repository.tamper("metadata/timestamp.json", [](json::Object& part) {
           part.emplace_back("note", "not signed");
         });
       }},
      {"2", "the timestamp of yesterday", "timestamp", Errc::untrusted,
       "timestamp is going backwards: version 2, and 3 was seen before",
       [](Site& site) { timestamp_file(site) = site.first.at("metadata/timestamp.json"); }},
      {"7", "a timestamp, by its own stolen key, with the snapshot of yesterday", "timestamp",
       Errc::untrusted, "snapshot is going backwards: version 2, and 3 was seen before",
       [](Site& site) {
         site.repository.timestamp.version += 5;
         site.repository.timestamp.snapshot =
             tuf::describe(site.first.at("metadata/2.snapshot.json"), 2);
         site.repository.write_role("timestamp");
       }},
      {"4", "a timestamp that has expired", "timestamp", Errc::expired,
       "timestamp expired at 2026-11-20T12:00:00Z, and it is 2026-11-20T12:00:00Z",
       [](Site& site) {
         site.repository.timestamp.expires = test::now();
         site.repository.publish();
       }},
      {"3", "a timestamp with a version past the largest", "timestamp", Errc::untrusted,
       "beyond 2^53",
       [](Site& site) {
         site.repository.timestamp.version = kMaxVersion + 1;
         site.repository.write_role("timestamp");
       }},
      {"5", "an endless timestamp", "timestamp", Errc::untrusted, "larger than 16384 bytes",
       [](Site& site) { timestamp_file(site).append(16'384, ' '); }},
      {"25", "a timestamp with a real number", "timestamp", Errc::untrusted, "fraction",
       [](Site& site) {
         timestamp_file(site) =
             base::replace_all(timestamp_file(site), "\"version\":4", "\"version\":4.0");
         REQUIRE(timestamp_file(site).find("4.0") != std::string::npos);
       }},
      {"26", "one timestamp signature under one id twice", "timestamp", Errc::untrusted,
       "two signatures of one key id",
       [](Site& site) {
         const auto& file = timestamp_file(site);
         const std::size_t begin = file.find("{\"keyid\"");
         const std::string signature = file.substr(begin, file.find('}') + 1 - begin);
         timestamp_file(site) = base::replace_all(file, signature, cat(signature, ',', signature));
       }},

      // 5.5, snapshot
      {"7", "another snapshot than the timestamp names", "snapshot", Errc::untrusted,
       "snapshot has another sha256",
       [](Site& site) {
         std::string& file = site.repository.files["metadata/4.snapshot.json"];
         char& digit = file[file.find("\"sig\":\"") + 7];
         digit = digit == '0' ? '1' : '0';
       }},
      {"5", "a snapshot with more bytes than the timestamp gives it", "snapshot", Errc::untrusted,
       "snapshot has ",
       [](Site& site) { site.repository.files["metadata/4.snapshot.json"] += ' '; }},
      {"7", "the snapshot of yesterday under today's name", "snapshot", Errc::untrusted,
       "snapshot has version 3, and the timestamp names 4",
       [](Site& site) {
         site.repository.files["metadata/4.snapshot.json"] =
             site.repository.files["metadata/3.snapshot.json"];
       },
       Then::goes_on, false},
      {"10", "a snapshot by the key of the timestamp", "snapshot", Errc::untrusted,
       "snapshot has 0 of 1",
       [](Site& site) {
         std::string& file = site.repository.files["metadata/4.snapshot.json"];
         file = MetadataRepository::forge(signed_part(file), site.repository.signers["timestamp"]);
       },
       Then::goes_on, false},
      {"27", "a timestamp in the place of the snapshot", "snapshot", Errc::untrusted,
       "_type: is timestamp, and not snapshot",
       [](Site& site) {
         site.repository.files["metadata/4.snapshot.json"] = MetadataRepository::forge(
             signed_part(timestamp_file(site)), site.repository.signers["snapshot"]);
       },
       Then::goes_on, false},
      {"4", "a snapshot that has expired", "snapshot", Errc::expired, "snapshot expired at",
       [](Site& site) {
         site.repository.snapshot.expires = test::now();
         site.repository.publish();
       },
       Then::is_stuck},
      {"2", "stolen keys of snapshot and timestamp, and the channel of yesterday", "snapshot",
       Errc::untrusted, "stable.json is going backwards: version 1, and 2 was seen before",
       [](Site& site) {
         site.repository.snapshot.files.at("stable.json").version = 1;
         ++site.repository.snapshot.version;
         const std::string path = site.repository.write_role("snapshot");
         ++site.repository.timestamp.version;
         site.repository.timestamp.snapshot =
             tuf::describe(site.repository.files.at(path), site.repository.snapshot.version);
         site.repository.write_role("timestamp");
       },
       Then::is_stuck},
      {"2", "a snapshot that lists a role no longer", "snapshot", Errc::untrusted,
       "snapshot lists beta.json no longer",
       [](Site& site) {
         site.repository.snapshot.files.erase("beta.json");
         ++site.repository.snapshot.version;
         const std::string path = site.repository.write_role("snapshot");
         ++site.repository.timestamp.version;
         site.repository.timestamp.snapshot =
             tuf::describe(site.repository.files.at(path), site.repository.snapshot.version);
         site.repository.write_role("timestamp");
       },
       Then::is_stuck},

      // 5.6, targets and what it delegates to: the same checks
      {"12", "targets with other bytes than the snapshot names", "targets", Errc::untrusted,
       "targets has ",
       [](Site& site) { site.repository.files["metadata/2.targets.json"] += '\n'; }},
      {"10", "targets by stolen online keys", "targets", Errc::untrusted, "targets has 0 of 1",
       [](Site& site) {
         site.repository.targets.expires += std::chrono::hours(1);
         site.repository.signers["targets"] = site.repository.signers["snapshot"];
         site.repository.publish();
       },
       Then::is_stuck},
      {"7", "targets of another version than the snapshot names", "targets", Errc::untrusted,
       "targets has version 1, and the snapshot names 2",
       [](Site& site) {
         site.repository.files["metadata/2.targets.json"] =
             site.repository.files["metadata/1.targets.json"];
       },
       Then::goes_on, false},
      {"4", "targets that have expired", "targets", Errc::expired, "targets expired at",
       [](Site& site) {
         site.repository.targets.expires = test::now();
         site.repository.publish();
       },
       Then::is_stuck},
      {"27", "a root in the place of targets", "targets", Errc::untrusted,
       "_type: is root, and not targets",
       [](Site& site) {
         site.repository.files["metadata/2.targets.json"] = MetadataRepository::forge(
             tuf::write_root(site.repository.root), site.repository.signers["targets"]);
       },
       Then::goes_on, false},
      {"29", "a channel with other bytes than the snapshot names", "stable", Errc::untrusted,
       "stable has ", [](Site& site) { site.repository.files["metadata/3.stable.json"] += '\n'; }},
      {"29", "a channel of another version than the snapshot names", "stable", Errc::untrusted,
       "stable has version 2, and the snapshot names 3",
       [](Site& site) {
         site.repository.files["metadata/3.stable.json"] =
             site.repository.files["metadata/2.stable.json"];
       },
       Then::goes_on, false},
      {"29", "a channel that has expired", "stable", Errc::expired, "stable expired at",
       [](Site& site) {
         site.repository.delegated.at("stable").expires = test::now();
         site.repository.publish();
       },
       Then::is_stuck},
      {"8", "the metadata of another channel", "stable", Errc::untrusted, "stable has 0 of 1",
       [](Site& site) {
         site.repository.files["metadata/3.stable.json"] =
             site.repository.files["metadata/1.beta.json"];
       },
       Then::goes_on, false},
      {"11", "a channel by the stolen keys of CI", "stable", Errc::untrusted, "stable has 0 of 1",
       [](Site& site) {
         site.repository.signers["stable"] = site.repository.signers["timestamp"];
         site.next("the manifest of a thief");
       },
       Then::is_stuck},
      {"10", "a channel by a key that was revoked", "stable", Errc::untrusted, "stable has 0 of 1",
       [](Site& site) {
         const auto stolen = site.repository.signers["stable"];
         site.repository.rotate("stable");
         site.repository.publish();
         site.repository.signers["stable"] = stolen;
         site.next("the manifest of a thief");
       },
       Then::is_stuck},
      {"27", "a snapshot in the place of a channel", "stable", Errc::untrusted,
       "_type: is snapshot, and not targets",
       [](Site& site) {
         site.repository.files["metadata/3.stable.json"] = MetadataRepository::forge(
             tuf::write_snapshot(site.repository.snapshot), site.repository.signers["stable"]);
       },
       Then::goes_on, false},

      // 5.7, the target
      {"1", "a target with other bytes", "target", Errc::untrusted,
       "stable.version-manifest.json has another sha256",
       [](Site& site) {
         site.repository.files[site.repository.target_path("stable", kManifest)].front() ^= 1;
       }},
      {"5", "a target that is longer", "target", Errc::untrusted, "has 18 bytes, and not 17",
       [](Site& site) {
         site.repository.files[site.repository.target_path("stable", kManifest)] += '!';
       }},
      {"31", "the target of an earlier release", "target", Errc::untrusted, "bytes, and not",
       [](Site& site) {
         site.repository.files[site.repository.target_path("stable", kManifest)] =
             "manifest of stable";
       }},
  };
  return table;
}

}  // namespace

TEST_SUITE("trust/tuf/attacks") {
  TEST_CASE("each attack is refused at its step, and a good file is taken afterwards") {
    for (const Attack& attack : attacks()) {
      INFO(cat(attack.number, ": ", attack.name));
      Site site;
      site.repository.gives_hashes = attack.gives_hashes;
      site.next("manifest of yesterday");
      Client client(site.repository);
      REQUIRE_FALSE(client.walk(site.repository.files));
      const std::string kept = client.root;
      site.next("manifest of today");
      const Files good = site.repository.files;
      attack.make(site);
      const auto refusal =
          client.walk(site.repository.files, attack.then == Then::goes_on ? &good : nullptr);
      REQUIRE(refusal);
      CHECK(refusal->step == attack.step);
      CHECK(base::exit_status(refusal->code) == base::exit_status(attack.code));
      CHECK_MESSAGE(refusal->message.find(attack.message) != std::string::npos, refusal->message);
      if (attack.then == Then::goes_on) CHECK(client.manifest == "manifest of today");
      if (attack.then == Then::is_stuck) CHECK(client.manifest == "manifest of yesterday");
    }
  }
}
