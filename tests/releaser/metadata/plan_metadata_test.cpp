#include "releaser/metadata/plan_metadata.hpp"

#include "base/text.hpp"
#include "tests/releaser/metadata/trust_world.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <utility>

using base::cat;
using base::Errc;
using std::chrono::days;
using test::TrustWorld;

namespace {

// "stable 2 signed: its manifest changes; snapshot 2 …": what a plan does, in one line.
std::string story(const releaser::MetadataPlan& plan) {
  std::string text;
  for (const releaser::PlannedRole* const role : plan.roles()) {
    text += cat(text.empty() ? "" : "; ", role->name, " ", role->version);
    if (role->has_to_be_signed()) text += cat(": ", role->reason);
  }
  return text;
}

TrustWorld published(const std::vector<std::string>& channels = {"stable"}) {
  TrustWorld world(channels);
  world.publish();
  return world;
}

}  // namespace

TEST_SUITE("releaser/metadata/plan_metadata") {
  TEST_CASE("what is signed anew, and why") {
    struct Row {
      const char* name;
      void (*change)(TrustWorld& world);
      const char* wanted;
    };
    const Row rows[] = {
        {"nothing", [](TrustWorld&) {}, "stable 1; snapshot 1; timestamp 1"},
        {"another manifest", [](TrustWorld& world) { world.manifests["stable"] = "second"; },
         "stable 2: its manifest changes; snapshot 2: stable changes; timestamp 2: snapshot "
         "changes"},
        {"no manifest that changes", [](TrustWorld& world) { world.manifests.clear(); },
         "stable 1; snapshot 1; timestamp 1"},
        {"the margin of the timestamp is not reached",
         [](TrustWorld& world) { world.now += days(20); }, "stable 1; snapshot 1; timestamp 1"},
        {"one second further",
         [](TrustWorld& world) { world.now += days(20) + std::chrono::seconds(1); },
         "stable 1; snapshot 1; timestamp 2: it expires at 2026-12-20T12:00:00Z"},
        {"everything is near its end",
         [](TrustWorld& world) { world.now += days(305) + std::chrono::seconds(1); },
         "stable 2: it expires at 2027-11-20T12:00:00Z; snapshot 2: stable changes; timestamp 2: "
         "snapshot changes"},
        {"the timestamp has expired", [](TrustWorld& world) { world.now += days(100); },
         "stable 1; snapshot 1; timestamp 2: it expires at 2026-12-20T12:00:00Z"},
        {"the schedule became shorter",
         [](TrustWorld& world) {
           world.terms["timestamp"] = {days(28), days(9)};
         },
         "stable 1; snapshot 1; timestamp 2: it is good until 2026-12-20T12:00:00Z, which is "
         "longer "
         "than [trust] says"},
        {"no more than clocks differ",
         [](TrustWorld& world) {
           world.terms["timestamp"] = {days(29), days(9)};
         },
         "stable 1; snapshot 1; timestamp 1"},
        {"the key of the channel changed",
         [](TrustWorld& world) {
           world.replace_key("stable");
           world.renew_targets();
         },
         "stable 2: its keys changed; snapshot 2: stable changes; timestamp 2: snapshot changes"},
        {"new targets with the same keys", [](TrustWorld& world) { world.renew_targets(); },
         "stable 1; snapshot 2: targets changes; timestamp 2: snapshot changes"},
        {"the online key changed",
         [](TrustWorld& world) {
           world.replace_key("online");
           world.rotate_root();
         },
         "stable 1; snapshot 2: its keys changed; timestamp 2: snapshot changes"},
        {"a new root with the same keys", [](TrustWorld& world) { world.rotate_root(); },
         "stable 1; snapshot 1; timestamp 1"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.name);
      TrustWorld world = published();
      row.change(world);
      CHECK(story(world.plan()) == row.wanted);
      const bool signs = std::string_view(row.wanted).find(':') != std::string_view::npos;
      CHECK(world.plan().signs_nothing() == !signs);
      const auto known = world.signatures;
      world.publish();
      CHECK((world.signatures > known) == signs);
      CHECK(world.publish() == 0);
    }
  }

  TEST_CASE("a draft that travels keeps its version and expiry, within reason") {
    TrustWorld world = published();
    world.manifests["stable"] = "second";
    const auto plan_with = [&](std::uint64_t version, base::Time expires) {
      auto wanted = world.wanted();
      wanted.drafted.emplace("stable", trust::tuf::Header{version, expires});
      return releaser::plan_metadata(world.read(), wanted, world.at_hand()).channels.front();
    };
    const base::Time expires = world.now + days(300);
    CHECK(plan_with(2, expires).expires == expires);
    // Who made it may remember more than this machine.
    CHECK(plan_with(7, expires).version == 7);
    for (const std::uint64_t version : {std::uint64_t{1}, std::uint64_t{1} << 52U}) {
      test::check_error(Errc::conflict, "the draft is out of date: it has version",
                        [&] { (void)plan_with(version, expires); });
    }
    for (const base::Time wrong : {world.now, world.now + days(367)}) {
      test::check_error(Errc::conflict, "the draft's metadata of stable is good until",
                        [&] { (void)plan_with(2, wrong); });
    }
    // A channel that need not be signed stays what it is.
    world.manifests.clear();
    CHECK(plan_with(9, expires).version == 1);
  }

  TEST_CASE("the first publication begins with version 1") {
    const TrustWorld world({"stable", "beta"});
    CHECK(story(world.plan()) ==
          "stable 1: it is new; beta 1: it is new; snapshot 1: it is new; timestamp 1: it is new");
    CHECK(world.plan().roots.size() == 1);
  }

  TEST_CASE("a channel without a release has no metadata until it gets one") {
    TrustWorld world({"stable", "beta"});
    world.manifests.erase("beta");
    world.publish();
    CHECK(story(world.plan()) == "stable 1; snapshot 1; timestamp 1");
    world.manifests["beta"] = "a beta";
    CHECK(story(world.plan()) ==
          "stable 1; beta 1: it is new; snapshot 2: beta changes; timestamp 2: snapshot changes");
    world.publish();
    CHECK(world.publish() == 0);
  }

  TEST_CASE("roots are written without a gap") {
    TrustWorld world;
    world.rotate_root();
    world.rotate_root();
    world.publish();
    CHECK(world.site.contains("metadata/3.root.json"));
    world.site.erase("metadata/2.root.json");
    CHECK(world.publish() == 1);
    CHECK(world.site.at("metadata/2.root.json") == world.trust.roots[1]);
    CHECK(world.publish() == 0);
  }

  TEST_CASE("nightly is published without the key of stable, near whose end that is said") {
    TrustWorld world = published({"stable", "nightly"});
    world.away = {"stable"};
    world.manifests.erase("stable");
    world.manifests["nightly"] = "next night";
    CHECK(story(world.plan()) ==
          "stable 1; nightly 2: its manifest changes; snapshot 2: nightly changes; timestamp 2: "
          "snapshot changes");
    CHECK(world.plan().warnings.empty());
    world.now += days(320);
    CHECK(story(world.plan()).starts_with("stable 1; nightly 2: its manifest changes"));
    CHECK(world.plan().warnings ==
          std::vector<std::string>{
              "the metadata of channel stable expires at 2027-11-20T12:00:00Z, and its key is not "
              "at hand; run cco-release trust refresh with that key"});
    CHECK(releaser::missing_signatures(world.plan(), world.at_hand()).empty());
    world.publish();
    CHECK(world.publish() == 0);
  }

  TEST_CASE("what has to be signed by a key that is not at hand is told, role by role") {
    TrustWorld world = published();
    world.keys["stable"].push_back(trust::SecretKey::generate());
    world.thresholds["stable"] = 2;
    world.renew_targets();
    world.publish();
    world.away = {"stable", "online"};
    world.manifests["stable"] = "second";
    const auto missing = releaser::missing_signatures(world.plan(), world.at_hand());
    REQUIRE(missing.size() == 3);
    CHECK(missing[0].role == "stable");
    CHECK(missing[0].count == 2);
    CHECK(missing[0].of.size() == 2);
    CHECK(missing[1].role == "snapshot");
    CHECK(missing[2].role == "timestamp");
    const auto known = world.signatures;
    test::check_error(Errc::config, "stable needs 2 more signatures", [&] { world.publish(); });
    CHECK(world.signatures == known);
  }

  TEST_CASE("a role that is not delegated to any more stays in the snapshot") {
    TrustWorld world = published({"stable", "beta"});
    TrustWorld without({"stable"});
    without.site = world.site;
    without.keys = std::move(world.keys);
    without.trust.roots = world.trust.roots;
    without.renew_targets();
    without.manifests["stable"] = "second";
    CHECK(without.plan().remembered.contains("beta.json"));
    without.publish();
    CHECK(without.read().set->snapshot.files.contains("beta.json"));
    CHECK(without.publish() == 0);
  }

  TEST_CASE("what a stopped run left is taken over where it is what shall be") {
    TrustWorld world = published();
    world.manifests["stable"] = "second";
    const std::size_t all = world.publish(0);
    for (std::size_t stop = 0; stop < all; ++stop) {
      CAPTURE(stop);
      TrustWorld other = published();
      other.manifests["stable"] = "second";
      other.publish(stop);
      const auto left = other.site;
      other.now += days(1);  // so that a new signature says another time
      other.publish();
      for (const auto& [name, bytes] : left) {
        if (name != releaser::kTimestampFile) CHECK(other.site.at(name) == bytes);
      }
      CHECK(other.publish() == 0);
    }
  }

  TEST_CASE("a name that was public once never gets other bytes, whatever runs are stopped") {
    for (const bool is_first_publish : {true, false}) {
      for (std::size_t pair = 0; pair < 49; ++pair) {
        const std::size_t first = pair % 7, second = pair / 7;
        CAPTURE(is_first_publish);
        CAPTURE(first);
        CAPTURE(second);
        TrustWorld world;
        if (!is_first_publish) world.publish();
        std::map<std::string, std::string> seen;
        const auto look = [&] {
          for (const auto& file : world.site) {
            if (file.first == releaser::kTimestampFile) continue;
            CAPTURE(file.first);
            CHECK(seen.insert(file).first->second == file.second);
          }
        };
        look();
        world.manifests["stable"] = "second";
        world.publish(first);
        look();
        world.manifests["stable"] = "third";
        world.publish(second);
        look();
        world.manifests["stable"] = "second";  // what the first run left is taken again
        world.publish();
        look();
        CHECK(world.read().set->channels.at("stable").manifest->bytes() == "second");
        CHECK(world.publish() == 0);
      }
    }
  }

  TEST_CASE("metadata of a stranger beside the metadata takes a name, and no more") {
    TrustWorld world = published();
    const TrustWorld stranger = published();
    world.site["metadata/2.stable.json"] = stranger.site.at("metadata/1.stable.json");
    world.manifests["stable"] = "second";
    CHECK(story(world.plan()).starts_with("stable 3: its manifest changes"));
    world.publish();
    CHECK(world.read().set->channels.at("stable").manifest->bytes() == "second");
    CHECK(world.site["metadata/2.stable.json"] == stranger.site.at("metadata/1.stable.json"));
  }

  TEST_CASE("what another destination has under a name takes it as well") {
    TrustWorld world = published();
    const auto before = world.site;
    world.manifests["stable"] = "second";
    world.publish(2);
    const auto other = std::exchange(world.site, before);
    REQUIRE(other.contains("metadata/2.stable.json"));
    const releaser::ReadPublic read_other = [&](std::string_view name,
                                                std::size_t) -> std::optional<std::string> {
      const auto there = other.find(std::string(name));
      return there == other.end() ? std::nullopt : std::optional(there->second);
    };
    world.manifests["stable"] = "third";
    releaser::PublicMetadata found = world.read();
    releaser::read_left_files(found, {world.reader(), read_other}, world.trust);
    const auto plan = releaser::plan_metadata(found, world.wanted(), world.at_hand());
    CHECK(plan.channels.front().version == 3);
    // The same release is taken over, whichever destination has it.
    world.manifests["stable"] = "second";
    const auto again = releaser::plan_metadata(found, world.wanted(), world.at_hand());
    CHECK(story(again).starts_with("stable 2; snapshot 2: "));
  }

  TEST_CASE("names that are taken without end are a conflict") {
    TrustWorld world = published();
    for (std::uint64_t version = 2; version < 110; ++version)
      world.site[releaser::role_file("snapshot", version)] = "x";
    test::check_error(Errc::conflict, "metadata/2.snapshot.json to metadata/102.snapshot.json",
                      [&] { (void)world.read(); });
  }

  TEST_CASE("what does not fit together is refused") {
    struct Row {
      const char* name;
      Errc code;
      const char* message;
      void (*change)(TrustWorld& world);
    };
    const Row rows[] = {
        {"an older trust folder", Errc::conflict, "the trust folder ends with version 1",
         [](TrustWorld& world) {
           world.rotate_root();
           world.publish();
           world.trust.roots.pop_back();
         }},
        {"another root", Errc::conflict, "1.root.json is public with other bytes",
         [](TrustWorld& world) { world.site["metadata/1.root.json"] += ' '; }},
        {"older targets", Errc::conflict, "has version 1, but 2 is public",
         [](TrustWorld& world) {
           const std::string old = world.trust.targets;
           world.renew_targets();
           world.publish();
           world.trust.targets = old;
         }},
        {"other targets of the same version", Errc::conflict, "but other bytes",
         [](TrustWorld& world) { world.trust.targets += '\n'; }},
        {"a channel that is not delegated", Errc::config, "delegates nothing to channel beta",
         [](TrustWorld& world) { world.manifests["beta"] = "one"; }},
        {"a root that has expired", Errc::expired, "root of the trust folder expired",
         [](TrustWorld& world) { world.now += days(366); }},
    };
    for (const Row& row : rows) {
      CAPTURE(row.name);
      TrustWorld world = published();
      row.change(world);
      const auto before = world.site;
      test::check_error(row.code, row.message, [&] { world.publish(); });
      CHECK(world.site == before);
    }
  }

  TEST_CASE("damaged public metadata is refused, whichever file it is") {
    const TrustWorld whole = published();
    for (const auto& file : whole.site) {
      const std::string& name = file.first;
      CAPTURE(name);
      const bool is_root = name.ends_with("root.json");
      const Errc code = is_root ? Errc::conflict : Errc::untrusted;
      TrustWorld world = published();
      const std::string own = world.site.at(name);
      world.site[name] = own.substr(0, own.size() / 2);
      test::check_error(code, is_root ? "put back the file" : "put back the last good copy",
                        [&] { world.publish(); });
      world.site.erase(name);
      if (is_root) {  // the trust folder has it
        CHECK(world.publish() == 1);
        continue;
      }
      test::check_error(Errc::untrusted, "is missing", [&] { world.publish(); });
    }
  }

  TEST_CASE("what keys of before have signed is carried over only where it is ours") {
    TrustWorld world = published();
    world.manifests.clear();
    world.replace_key("stable");
    world.renew_targets();
    const auto planned = [&](const releaser::WantedMetadata& wanted) {
      return releaser::plan_metadata(world.read(), wanted, world.at_hand());
    };
    releaser::WantedMetadata wanted = world.wanted();
    const releaser::MetadataPlan withdrawn = planned(wanted);
    CHECK(withdrawn.channels.front().content.files.empty());
    CHECK(withdrawn.channels.front().reason.find("lists nothing") != std::string::npos);
    REQUIRE(withdrawn.warnings.size() == 1);
    CHECK(withdrawn.warnings.front().find("publish to the channel with its new key") !=
          std::string::npos);
    wanted.is_ours = [](std::string_view, const std::string&) { return true; };
    const releaser::MetadataPlan carried = planned(wanted);
    CHECK(carried.channels.front().content.files.size() == 1);
    CHECK(carried.warnings.empty());
  }

  TEST_CASE("nothing but its manifest is carried over from a channel") {
    TrustWorld world = published();
    world.manifests.clear();
    world.now += days(330);
    releaser::PublicMetadata before = world.read();
    auto& files = before.set->channels.at("stable").content.files;
    files.emplace("../../profile", files.begin()->second);
    const auto plan = releaser::plan_metadata(before, world.wanted(), world.at_hand());
    CHECK(plan.channels.front().has_to_be_signed());
    REQUIRE(plan.channels.front().content.files.size() == 1);
    CHECK(plan.channels.front().content.files.begin()->first == "stable.version-manifest.json");
  }

  TEST_CASE("a timestamp that is lost is damage, and no new beginning") {
    TrustWorld world = published();
    world.manifests["stable"] = "second";
    world.publish();
    world.site.erase("metadata/timestamp.json");
    test::check_error(Errc::untrusted, "metadata/timestamp.json is missing",
                      [&] { (void)world.read(); });
  }

  TEST_CASE("two roots that no timestamp follows yet, or one that is lost, stop nothing") {
    TrustWorld world = published();
    const auto site = world.site;
    for (int count = 0; count < 2; ++count) {
      world.replace_key("online");
      world.rotate_root();
    }
    world.site["metadata/2.root.json"] = world.trust.roots[1];
    world.site["metadata/3.root.json"] = world.trust.roots[2];
    CHECK(world.read().set.has_value());
    world.publish();
    CHECK(world.read().set->timestamp.version == 2);
    world.site.erase("metadata/2.root.json");
    CHECK(world.read().set->timestamp.version == 2);
    CHECK(world.publish() == 1);
  }

  TEST_CASE("metadata that went back is noticed, whichever part of it, unless its keys changed") {
    struct Row {
      const char* name;
      void (*change)(TrustWorld& world, const std::map<std::string, std::string>& first);
      const char* wanted;  // "": nothing went back
    };
    const auto put_back = [](TrustWorld& world, const std::map<std::string, std::string>& first) {
      const std::string name(releaser::kTimestampFile);
      world.site[name] = first.at(name);
    };
    const Row rows[] = {
        {"nothing", [](TrustWorld&, const auto&) {}, ""},
        {"one release more",
         [](TrustWorld& world, const auto&) {
           world.manifests["stable"] = "fourth";
           world.publish();
         },
         ""},
        {"an old timestamp", put_back, "timestamp went back from version 3 to 1 (the floor)"},
        {"the whole site of then", [](TrustWorld& world, const auto& first) { world.site = first; },
         "timestamp went back from version 3 to 1 (the floor)"},
        {"no metadata", [](TrustWorld& world, const auto&) { world.site.clear(); },
         "timestamp is not there, but has had version 3 (the floor)"},
        {"another history of the same length",
         [](TrustWorld& world, const auto& first) {
           world.site = first;
           const auto floor = std::exchange(world.floor, {});
           for (const char* const manifest : {"other second", "other third"}) {
             world.manifests["stable"] = manifest;
             world.publish();
           }
           world.floor = floor;
         },
         "timestamp 3 has other bytes than were published (the floor)"},
        {"an old timestamp by an online key that was replaced since, over the same channel",
         [](TrustWorld& world, const auto&) {
           world.replace_key("online");
           world.rotate_root();
         },
         ""},
        {"an old channel below it",
         [](TrustWorld& world, const auto& first) {
           world.site[std::string(releaser::kTimestampFile)] =
               first.at(std::string(releaser::kTimestampFile));
           world.replace_key("online");
           world.rotate_root();
         },
         "stable went back from version 3 to 1 (the floor)"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.name);
      TrustWorld world = published();
      const auto first = world.site;
      for (const char* const manifest : {"second", "third"}) {
        world.manifests["stable"] = manifest;
        world.publish();
      }
      world.floor = releaser::floor_of(world.write(), world.trust);
      row.change(world, first);
      CHECK(releaser::describe_gone_back(world.read()).value_or("") == row.wanted);
    }
  }

  TEST_CASE("who goes on from metadata that went back signs above all that was public") {
    TrustWorld world = published();
    const auto first = world.site;
    std::map<std::string, std::string> seen;
    for (const char* const manifest : {"second", "third"}) {
      world.manifests["stable"] = manifest;
      world.publish();
      seen.insert(world.site.begin(), world.site.end());
    }
    const std::string last_timestamp = world.site.at("metadata/timestamp.json");
    const std::string last_snapshot = world.site.at("metadata/3.snapshot.json");
    world.floor = releaser::floor_of(world.write(), world.trust);
    SUBCASE("with a restored backup") {
      world.site = first;
      world.manifests.clear();
      CHECK(story(world.plan()) ==
            "stable 4: it went back from version 3; snapshot 4: stable changes; timestamp 4: "
            "snapshot changes");
    }
    SUBCASE("with an old timestamp alone") {
      world.site["metadata/timestamp.json"] = first.at("metadata/timestamp.json");
      world.manifests.clear();
      CHECK(story(world.plan()).starts_with("stable 4: it went back from version 3"));
    }
    SUBCASE("with an empty site") {
      world.site.clear();
      world.manifests["stable"] = "a new beginning";
      CHECK(story(world.plan()) ==
            "stable 4: it is new; snapshot 4: it is new; timestamp 4: it is new");
    }
    world.publish();
    for (const auto& file : seen) {
      CAPTURE(file.first);
      if (file.first != releaser::kTimestampFile && world.site.contains(file.first))
        CHECK(world.site.at(file.first) == file.second);
    }
    CHECK_NOTHROW(releaser::walk_metadata({.trusted_root = world.trust.roots.front(),
                                           .now = world.now,
                                           .kept_timestamp = last_timestamp,
                                           .kept_snapshot = last_snapshot},
                                          world.reader()));
    world.floor = releaser::floor_of(world.write(), world.trust);
    CHECK_FALSE(releaser::describe_gone_back(world.read()));
    CHECK(world.publish() == 0);
  }

  TEST_CASE("what a publish reads and writes does not grow with what was published before") {
    struct Cost {
      std::size_t files_read = 0, bytes_read = 0, files_written = 0, bytes_written = 0;
    };
    const auto cost_after = [](std::uint64_t releases) {
      TrustWorld world;
      // Metadata of so many releases, the last of them whole: versions come after what is
      // remembered, also by keys of before.
      world.floor.roots = 1;
      for (const char* const role : {"stable", "snapshot", "timestamp"})
        world.floor.roles[role] = {releases - 1, "", "keys of before"};
      for (std::uint64_t version = 1; version < releases; ++version) {
        for (const char* const role : {"stable", "snapshot"})
          world.site[releaser::role_file(role, version)] = "of a release before";
        world.site[releaser::target_file(cat(version), "stable.version-manifest.json")] = "then";
      }
      world.publish();
      world.floor = releaser::floor_of(world.write(), world.trust);
      world.manifests["stable"] = "the next release";
      Cost cost;
      const auto read = world.reader();
      const releaser::ReadPublic counting = [&](std::string_view name, std::size_t max_bytes) {
        auto bytes = read(name, max_bytes);
        ++cost.files_read;
        cost.bytes_read += bytes ? bytes->size() : 0;
        return bytes;
      };
      auto found =
          releaser::read_public_metadata(counting, world.trust, {{"the floor", world.floor}});
      releaser::read_left_files(found, {counting}, world.trust);
      CHECK(found.set->timestamp.version == releases);
      for (const releaser::MetadataFile& file : world.write()) {
        if (world.site.contains(file.name) && world.site.at(file.name) == file.bytes) continue;
        ++cost.files_written;
        cost.bytes_written += file.bytes.size();
      }
      return cost;
    };
    const Cost few = cost_after(20), many = cost_after(2000);
    CHECK(few.files_read == many.files_read);
    CHECK(many.files_read < 20);
    CHECK(few.files_written == many.files_written);
    CHECK(many.files_written == 4);
    CHECK(many.bytes_read - few.bytes_read < 20);  // digits of versions
    CHECK(many.bytes_written - few.bytes_written < 20);
  }

  TEST_CASE("what is remembered has one form, and is read as it was written") {
    TrustWorld world = published({"stable", "beta"});
    const releaser::PublicFloors floors{
        {"https://b.example.com", releaser::floor_of(world.write(), world.trust)},
        {"https://a.example.com", {}}};
    CHECK(floors.at("https://b.example.com").roles.size() == 5);
    const std::string text =
        base::json::write(releaser::write_floors(floors), base::json::Style::pretty);
    const auto value = base::json::parse(text, {.max_bytes = 100000}, Errc::config);
    CHECK(releaser::read_floors({value, "", Errc::config}) == floors);
    const auto broken = base::json::parse(R"({"u": {"root": 1, "timestamp": {"version": "1"}}})",
                                          {.max_bytes = 1000}, Errc::config);
    test::check_error(Errc::config, "u.timestamp.version", [&] {
      (void)releaser::read_floors({broken, "", Errc::config});
    });
  }

  TEST_CASE("a trust folder that lacks a root that was public is a conflict") {
    TrustWorld world = published();
    world.rotate_root();
    world.publish();
    world.floor = releaser::floor_of(world.write(), world.trust);
    world.trust.roots.pop_back();
    world.site.erase("metadata/2.root.json");
    test::check_error(Errc::conflict, "root has had version 2 (the floor)",
                      [&] { (void)world.read(); });
  }
}
