#include "releaser/trust/trust_folder.hpp"

#include "base/text.hpp"
#include "releaser/trust/draft_files.hpp"
#include "tests/releaser/trust/ceremony_world.hpp"
#include "tests/support/expect_error.hpp"
#include "trust/digest.hpp"
#include "trust/signing/metadata_writer.hpp"
#include "trust/tuf/metadata.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>

namespace {

using base::Errc;
using releaser::Interrupted;
namespace tuf = trust::tuf;
using test::CeremonyWorld;

void edit(const base::Path& file, std::string_view from, std::string_view to) {
  const std::string text = base::read_file(file, 1U << 20);
  const std::string changed = base::replace_all(text, from, to);
  REQUIRE(changed != text);
  base::write_file_atomically(file, changed);
}

std::string signature_file(CeremonyWorld& world, std::string_view begin) {
  for (const std::string& name : base::list_directory(world.folder() / "draft")) {
    if (name.starts_with(begin) && name.ends_with(".signature.json")) return name;
  }
  FAIL("no signature");
  return {};
}

// Two versions final, and a third one that one holder signed.
void make_world(CeremonyWorld& world) {
  world.begin(world.policy("team", {{"root", "abc"}, {"stable", "stu"}, {"online", "o"}}));
  world.sign("ab");
  world.finalize();
  world.begin(world.policy("team", {{"root", "abd"}, {"stable", "stu"}, {"online", "o"}}));
  world.sign("abd");
  world.finalize();
  world.begin(world.policy("team", {{"root", "abe"}, {"stable", "stv"}, {"online", "o"}}));
  world.sign("a");
}

struct Damage {
  std::string what;
  std::function<void(CeremonyWorld&)> make;
  Errc code;
  std::string message;  // a part
};

}  // namespace

TEST_SUITE("releaser/trust/trust_folder") {
  TEST_CASE("each damage has its status and one line that says what to do") {
    const std::vector<Damage> damages{
        {"no folder", [](auto& world) { base::remove_tree(world.folder()); }, Errc::not_found,
         "there is no metadata in "},
        {"the first root is gone",
         [](auto& world) { base::remove_if_exists(world.folder() / "1.root.json"); }, Errc::config,
         "1.root.json is missing; bring it back, from git or from another copy"},
        {"root.json is gone",
         [](auto& world) { base::remove_if_exists(world.folder() / "root.json"); }, Errc::config,
         "root.json is missing; bring it back"},
        {"targets.json is gone",
         [](auto& world) { base::remove_if_exists(world.folder() / "targets.json"); }, Errc::config,
         "targets.json is missing; bring it back"},
        {"a final root was edited",
         [](auto& world) { edit(world.folder() / "2.root.json", "2027", "2037"); }, Errc::untrusted,
         "2.root.json: the next root, by the keys of the one before, has 0 of 2 signatures that "
         "it needs; bring the folder back"},
        {"roots in the wrong place",
         [](auto& world) {
           std::filesystem::copy_file(world.folder() / "1.root.json",
                                      world.folder() / "2.root.json",
                                      std::filesystem::copy_options::overwrite_existing);
         },
         Errc::untrusted, "2.root.json"},
        {"an old root.json",
         [](auto& world) {
           std::filesystem::copy_file(world.folder() / "1.root.json", world.folder() / "root.json",
                                      std::filesystem::copy_options::overwrite_existing);
         },
         Errc::untrusted, "root.json and 2.root.json differ, and they are one"},
        {"targets was edited",
         [](auto& world) { edit(world.folder() / "targets.json", "2027", "2037"); },
         Errc::untrusted, "targets.json: targets has 0 of 2 signatures that it needs; bring"},
        {"a final file is cut off",
         [](auto& world) { base::write_file_atomically(world.folder() / "targets.json", "{"); },
         Errc::untrusted, "targets.json: "},
        {"an empty one",
         [](auto& world) { base::write_file_atomically(world.folder() / "1.root.json", ""); },
         Errc::untrusted, "1.root.json: "},
        {"a draft was edited",
         [](auto& world) { edit(world.draft("3.root.json"), "2027", "2037"); }, Errc::untrusted,
         "draft/3.root.json was edited after it was written; take the draft again from whoever"},
        {"a draft is cut off",
         [](auto& world) {
           base::write_file_atomically(world.draft("2.targets.json"), "{\"signed");
         },
         Errc::untrusted, "draft/2.targets.json: "},
        {"a draft is gone", [](auto& world) { base::remove_if_exists(world.draft("3.root.json")); },
         Errc::config, "draft/3.root.json is missing; take the draft again"},
        {"a draft was replaced by another, with its ceremony",
         [](auto& world) {
           const std::string name = signature_file(world, "3.root.");
           const std::string signature = base::read_file(world.draft(name), 4096);
           world.begin(world.policy("team", {{"root", "abf"}, {"stable", "stv"}, {"online", "o"}}));
           base::write_file_atomically(world.draft(name), signature);
         },
         Errc::conflict, "signed another draft of 3.root.json (SHA-256 "},
        {"a signature was edited",
         [](auto& world) {
           edit(world.draft(signature_file(world, "3.root.")), "\"sig\": \"", "\"sig\": \"00");
         },
         Errc::untrusted, "is wrong; remove that file and let its holder sign again"},
        {"a signature by a key that is none of the role",
         [](auto& world) {
           const auto folder = world.read();
           const auto& file = folder.draft->files.front();
           write_signature(world.folder(), file,
                           {world.key('s').public_key(), "00000000000000000000",
                            world.key('s').sign_message("x")});
         },
         Errc::untrusted, "is no key of that role; remove that file"},
        {"a ceremony of a newer schema",
         [](auto& world) { edit(world.draft("ceremony.json"), "\"schema\": 1", "\"schema\": 2"); },
         Errc::config, "has schema 2, and this cco-release knows 1; use a newer cco-release"},
        {"a signature of a newer schema",
         [](auto& world) {
           edit(world.draft(signature_file(world, "2.targets.")), "\"schema\": 1", "\"schema\": 9");
         },
         Errc::config, "has schema 9"},
        {"names of a newer schema",
         [](auto& world) { edit(world.folder() / "keys.json", "\"schema\": 1", "\"schema\": 2"); },
         Errc::config, "keys.json: has schema 2"},
        {"a ceremony that leads out of the folder",
         [](auto& world) {
           edit(world.draft("ceremony.json"), "\"3.root.json\"", "\"../3.root.json\"");
         },
         Errc::config, "is neither N.root.json nor N.targets.json"},
    };
    for (const Damage& damage : damages) {
      CAPTURE(damage.what);
      CeremonyWorld world;
      make_world(world);
      damage.make(world);
      test::check_error(damage.code, damage.message, [&] { (void)world.read(); });
    }
  }

  TEST_CASE("a ceremony that skips versions is refused, whatever is beside it") {
    CeremonyWorld world;
    make_world(world);
    // The targets of the folder are those of the draft, as after a `finalize` that was stopped.
    const auto targets = tuf::parse_envelope(
        base::read_file(world.folder() / "targets.json", 1U << 20), tuf::ByteLimits{}.targets);
    const std::string version = base::cat(tuf::parse_targets(targets).version);
    for (const std::string number : {"5", "1000000000", "999999999999999999"}) {
      base::write_file_atomically(
          world.draft("ceremony.json"),
          base::cat(R"({"schema": 1, "product": "tool", "files": [{"name": ")", number,
                    R"(.root.json", "sha256": "00"}, {"name": ")", version,
                    R"(.targets.json", "sha256": ")", trust::sha256_of(targets.canonical).hex(),
                    R"("}], "keys": []})"));
      test::check_error(Errc::conflict, "but 2 is final; `cco-release trust rotate --discard`",
                        [&] { (void)read_trust_folder(world.folder(), Interrupted::allowed); });
    }
  }

  TEST_CASE("a threshold that no distinct keys can reach is no draft") {
    const auto try_with = [](const auto& change, bool is_root, std::string_view message) {
      CeremonyWorld world;
      make_world(world);
      auto folder = world.read();
      releaser::Draft draft = *folder.draft;
      change(draft);
      for (releaser::DraftFile& file : draft.files) {
        if ((file.type == tuf::RoleType::root) != is_root) continue;
        file.signed_part = is_root ? tuf::write_root(*draft.root) : write_targets(*draft.targets);
        file.sha256 = releaser::canonical_sha256(file.signed_part);
      }
      releaser::remove_draft(world.folder());
      releaser::write_draft(world.folder(), draft, folder.names);
      test::check_error(Errc::untrusted, std::string(message), [&] { (void)world.read(); });
    };
    try_with([](auto& draft) { draft.root->roles.at(tuf::RoleType::timestamp).threshold = 2; },
             true, "timestamp asks for 2 signatures of 1 keys, 1 of them different");
    try_with(
        [](auto& draft) {
          auto& keys = draft.root->roles.at(tuf::RoleType::snapshot).keys;
          tuf::Key same = keys.front();  // in other digits, so under another id
          std::transform(same.value.begin(), same.value.end(), same.value.begin(),
                         [](unsigned char letter) { return std::toupper(letter); });
          same.id = tuf::key_id(same.type, same.scheme, same.value);
          keys.push_back(same);
        },
        true, "snapshot asks for 1 signatures of 2 keys, 1 of them different");
    try_with([](auto& draft) { draft.targets->delegations.front().authority.threshold = 9; }, false,
             "asks for 9 signatures of 3 keys, 3 of them different");
  }

  TEST_CASE("files cut off at every length are refused, and never more") {
    CeremonyWorld world;
    make_world(world);
    for (const std::string name : {"draft/ceremony.json", "targets.json", "keys.json"}) {
      const std::string whole = base::read_file(world.folder() / name, 1U << 20);
      for (std::size_t length = 0; length + 1 < whole.size(); length += 7) {
        CAPTURE(length);
        base::write_file_atomically(world.folder() / name, whole.substr(0, length), 0644,
                                    base::Durability::none);
        CHECK_THROWS_AS((void)world.read(), base::Error);
      }
      base::write_file_atomically(world.folder() / name, whole);
    }
    CHECK(world.read().draft);
  }

  TEST_CASE("a draft says what it lacks, and of whom") {
    CeremonyWorld world;
    make_world(world);
    const auto folder = world.read();
    CHECK_FALSE(folder.is_complete());
    std::string text;
    for (const std::string& line : missing_signatures_of(folder))
      text += world.with_letters(line) + "\n";
    CHECK(text ==
          "3.root.json needs 1 more signature of the root keys of version 2: b, d\n"
          "3.root.json needs 1 more signature of the root keys of version 3: b, e\n"
          "2.targets.json needs 1 more signature of the targets keys: b, e\n");
  }

  TEST_CASE("signatures that come back on a stick add up") {
    CeremonyWorld world;
    make_world(world);
    const base::Path stick = world.folder().parent_path() / "stick";
    std::filesystem::copy(world.folder(), stick, std::filesystem::copy_options::recursive);
    auto elsewhere = releaser::read_trust_folder(stick);
    CHECK(sign_draft(elsewhere, std::array{releaser::Signer::borrow(world.key('b'))}) == 2);
    world.sign("e");
    std::filesystem::copy(stick / "draft", world.folder() / "draft",
                          std::filesystem::copy_options::overwrite_existing |
                              std::filesystem::copy_options::recursive);
    CHECK(world.read().is_complete());
    world.finalize();
    CHECK(world.read().root->version == 3);
  }
}
