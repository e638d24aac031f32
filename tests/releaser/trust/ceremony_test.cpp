#include "releaser/trust/ceremony.hpp"

#include "base/text.hpp"
#include "releaser/trust/draft_files.hpp"
#include "tests/releaser/trust/ceremony_world.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/golden.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <doctest/doctest.h>

#include <array>

namespace {

using base::Errc;
using test::CeremonyWorld;

constexpr auto kTeam = "team";
const CeremonyWorld::Lists kFirst{{"root", "abc"}, {"stable", "stu"}, {"online", "o"}};

std::string described(CeremonyWorld& world) {
  std::string text;
  for (const std::string& line : describe_draft(world.read()))
    text += world.with_letters(line) + "\n";
  return text;
}

// A team's first version, final.
void make_first(CeremonyWorld& world, const CeremonyWorld::Lists& lists = kFirst) {
  world.begin(world.policy(kTeam, lists));
  world.sign(lists.at("root").substr(0, 2));
  world.finalize();
}

}  // namespace

TEST_SUITE("releaser/trust/ceremony") {
  TEST_CASE("the first version is described whole") {
    CeremonyWorld world;
    world.begin(world.policy(kTeam, kFirst));
    test::check_golden("releaser/trust_first.txt", described(world));
  }

  TEST_CASE("what changes is described in words") {
    CeremonyWorld world;
    make_first(world, {{"root", "abc"}, {"stable", "stu"}, {"nightly", "n"}, {"online", "o"}});
    world.begin(world.policy(
        "solo", {{"root", "abd"}, {"stable", "s"}, {"nightly", "m"}, {"online", "p"}}));
    test::check_golden("releaser/trust_changes.txt", described(world));
  }

  TEST_CASE("who was handed another history sees it in what will hold") {
    CeremonyWorld world;
    make_first(world, {{"root", "xby"}, {"stable", "stu"}, {"online", "o"}});
    CHECK(world.read().root->version == 1);
    world.begin(world.policy(kTeam, {{"root", "xby"}, {"stable", "stu"}, {"online", "p"}}));
    std::string text;
    for (const std::string& line : describe_outcome(world.read()))
      text += world.with_letters(line) + "\n";
    CHECK(
        text.starts_with("then root will say, whole:\n  root: 2 of 3 keys must sign\n    x\n    "
                         "b\n    y\n  timestamp: 1 of 1 key must sign\n    p\n"));
    CHECK(text.find("then targets will say, whole:\n  channel stable: 2 of 3 keys") !=
          std::string::npos);
  }

  TEST_CASE("a draft that lay for too long is none") {
    CeremonyWorld world;
    world.begin(world.policy(kTeam, kFirst));
    const auto folder = world.read();
    require_in_time(*folder.draft, *base::parse_time("2027-11-20T11:59:59Z"));
    test::check_error(
        Errc::expired, "the draft expired on 2027-11-20, and it is 2027-11-20; set the clock right",
        [&] { require_in_time(*folder.draft, *base::parse_time("2027-11-20T12:00:00Z")); });
  }

  TEST_CASE("a first version becomes final with a threshold of its keys") {
    CeremonyWorld world;
    world.begin(world.policy(kTeam, kFirst));
    CHECK(world.sign("a") == 2);  // root and targets
    CHECK(world.sign("a") == 0);
    const std::string missing = test::message_of(Errc::untrusted, [&] { world.finalize(); });
    CHECK(world.with_letters(missing) ==
          "1.root.json needs 1 more signature of the root keys of version 1: b, c; 1.targets.json "
          "needs 1 more signature of the targets keys: b, c; each of them runs `cco-release trust "
          "sign`");
    world.sign("c");
    world.finalize();
    const auto folder = world.read();
    CHECK(folder.root->version == 1);
    CHECK(folder.targets->delegations.size() == 3);
    CHECK_FALSE(folder.draft);
    CHECK_FALSE(make_draft("tool", world.policy(kTeam, kFirst), &folder,
                           *base::parse_time("2026-11-21T00:00:00Z")));
  }

  TEST_CASE("a root changes with both thresholds, and only then") {
    CeremonyWorld world;
    make_first(world);
    // Two of three change, so nobody of both sides is enough for both.
    world.begin(world.policy(kTeam, {{"root", "ade"}, {"stable", "stu"}, {"online", "o"}}));
    world.sign("de");
    CHECK(world.with_letters(test::message_of(Errc::untrusted, [&] { world.finalize(); })) ==
          "2.root.json needs 2 more signatures of the root keys of version 1: a, b, c; each of "
          "them runs `cco-release trust sign`");
    world.sign("a");
    test::check_error(Errc::untrusted, "2.root.json needs 1 more signature of the root keys of",
                      [&] { world.finalize(); });
    world.sign("b");
    world.finalize();
    const auto folder = world.read();
    CHECK(folder.root->version == 2);
    CHECK(folder.roots.size() == 2);
    // The keys of targets went with those of root, so it was signed again.
    CHECK(folder.targets->version == 2);
    trust::tuf::TrustedMetadata client(folder.roots.front(), base::Time{},
                                       trust::tuf::checks_ed25519);
    CHECK(client.update_root(folder.roots.back()));
  }

  TEST_CASE("the keys of the old root alone make no new one") {
    CeremonyWorld world;
    make_first(world);
    world.begin(world.policy(kTeam, {{"root", "ade"}, {"stable", "stu"}, {"online", "o"}}));
    world.sign("ab");
    CHECK(world.with_letters(test::message_of(Errc::untrusted, [&] { world.finalize(); }))
              .starts_with("2.root.json needs 1 more signature of the root keys of version 2: d, "
                           "e; 2.targets.json needs 1 more"));
  }

  TEST_CASE("only what changes is drafted") {
    struct Case {
      CeremonyWorld::Lists lists;
      std::string now;
      bool root, targets;
    };
    const std::vector<Case> cases{
        {kFirst, "2026-12-01T00:00:00Z", false, false},
        {kFirst, "2027-09-21T00:00:00Z", false, false},  // 60 days are left
        {kFirst, "2027-09-22T00:00:00Z", true, true},
        {{{"root", "abc"}, {"stable", "stv"}, {"online", "o"}},
         "2026-12-01T00:00:00Z",
         false,
         true},
        {{{"root", "abc"}, {"stable", "stu"}, {"online", "p"}}, "2026-12-01T00:00:00Z", true, true},
        {{{"root", "abc"}, {"stable", "stu"}, {"nightly", "o"}, {"online", "p"}},
         "2026-12-01T00:00:00Z",
         true,
         false},
        // Those who signed targets stay, so that it is believed as it is.
        {{{"root", "abd"}, {"stable", "stu"}, {"online", "o"}},
         "2026-12-01T00:00:00Z",
         true,
         false},
        {{{"root", "acd"}, {"stable", "stu"}, {"online", "o"}}, "2026-12-01T00:00:00Z", true, true},
    };
    CeremonyWorld world;
    make_first(world);
    const auto folder = world.read();
    for (const Case& each : cases) {
      CAPTURE(each.now);
      const auto draft =
          make_draft("tool", world.policy(kTeam, each.lists), &folder, *base::parse_time(each.now));
      CHECK((draft && draft->root) == each.root);
      CHECK((draft && draft->targets) == each.targets);
    }
  }

  TEST_CASE("a key of nobody signs nothing, not even for others that are given with it") {
    CeremonyWorld world;
    world.begin(world.policy(kTeam, kFirst));
    auto folder = world.read();
    const std::array keys{releaser::Signer(trust::SecretKey::generate())};
    test::check_error(Errc::untrusted, "is no key of this ceremony",
                      [&] { (void)sign_draft(folder, keys); });
    CHECK(base::list_directory(world.folder() / "draft").size() == 3);
    CHECK_FALSE(may_sign(folder, world.key('s').public_key()));
    CHECK(may_sign(folder, world.key('a').public_key()));
  }

  TEST_CASE("finalize that was stopped at any step goes on, and others wait for it") {
    // What a run leaves that is stopped after so many of its steps.
    const std::vector<std::string> steps{"2.root.json", "targets.json", "root.json", "keys.json"};
    for (std::size_t done = 0; done <= steps.size(); ++done) {
      CAPTURE(done);
      CeremonyWorld world;
      make_first(world);
      world.begin(world.policy(kTeam, {{"root", "ade"}, {"stable", "stu"}, {"online", "o"}}));
      world.sign("abde");
      const base::Path finished = world.folder().parent_path() / "finished";
      std::filesystem::copy(world.folder(), finished, std::filesystem::copy_options::recursive);
      auto other = releaser::read_trust_folder(finished);
      releaser::finalize(other);
      for (std::size_t step = 0; step < done; ++step) {
        std::filesystem::copy_file(finished / steps[step], world.folder() / steps[step],
                                   std::filesystem::copy_options::overwrite_existing);
      }
      if (done > 0) {
        test::check_error(Errc::conflict, "`cco-release trust finalize` was stopped; run it again",
                          [&] { (void)world.read(); });
      }
      world.finalize();
      CHECK(base::list_directory(world.folder()) == base::list_directory(finished));
      for (const std::string& name : base::list_directory(finished)) {
        CHECK(base::read_file(world.folder() / name, 1U << 20) ==
              base::read_file(finished / name, 1U << 20));
      }
      CHECK(world.read().root->version == 2);
    }
  }

  TEST_CASE("targets alone is finalized the same way") {
    CeremonyWorld world;
    make_first(world);
    world.begin(world.policy(kTeam, {{"root", "abc"}, {"stable", "stv"}, {"online", "o"}}));
    world.sign("bc");
    const base::Path kept = world.folder().parent_path() / "kept";
    std::filesystem::copy(world.folder() / "draft", kept);
    world.finalize();
    CHECK(world.read().targets->version == 2);
    CHECK(world.read().root->version == 1);
    std::filesystem::copy(kept, world.folder() / "draft");
    test::check_error(Errc::conflict, "was stopped", [&] { (void)world.read(); });
    world.finalize();
    CHECK(world.read().targets->version == 2);
  }
}
