#include "site/kept_metadata.hpp"

#include "tests/site/attack_lab.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

std::string roles_of(const site::KeptMetadata& kept) {
  std::string roles;
  for (const site::KeptRole& role : kept.roles)
    roles += base::cat(role.name, " ", role.version, ", ");
  return roles;
}

}  // namespace

TEST_SUITE("site/kept_metadata") {
  TEST_CASE("what a look has kept is proven without the site, and whatever has expired") {
    test::AttackLab lab;
    lab.repository.timestamp.expires = lab.time + std::chrono::hours(1);
    lab.repository.rotate("timestamp");
    lab.release("1.1.0");
    REQUIRE(lab.check() == "1.1.0");
    lab.release("1.2.0");
    REQUIRE(lab.check() == "1.2.0");
    const auto store = site::make_folder_store(lab.folder.path() / "metadata");
    const site::KeptMetadata kept = site::read_kept_metadata(*store, lab.identity);
    CHECK(kept.problem.empty());
    CHECK(roles_of(kept) == "root 2, timestamp 3, snapshot 3, targets 2, stable 2, ");
    CHECK(kept.roles.at(1).expires == lab.repository.timestamp.expires);
    CHECK(kept.roles.at(1).threshold == 1);
    CHECK(kept.roles.at(1).key_ids.size() == 1);
    CHECK(kept.manifests.at(schema::Channel::stable).versions.begin()->first.text() == "1.2.0");
  }

  TEST_CASE("it ends where the store does not prove more, and says why") {
    struct Row {
      std::string file, bytes, problem, roles;
    };
    for (const Row& row : {
             Row{"root_history/1.root.json", "{}", "is not the one of this program", ""},
             Row{"timestamp.json", "", "timestamp: ", "root 1, "},
             Row{"snapshot.json", "[", "snapshot: ", "root 1, timestamp 2, "},
             Row{"targets.json", "{}", "targets: ", "root 1, timestamp 2, snapshot 2, "},
             Row{"stable.json", "{}", "", "root 1, timestamp 2, snapshot 2, targets 2, "},
         }) {
      CAPTURE(row.file);
      test::AttackLab lab;
      lab.release("1.1.0");
      REQUIRE(lab.check() == "1.1.0");
      base::write_file_atomically(lab.folder.path() / "metadata" / row.file, row.bytes);
      const auto store = site::make_folder_store(lab.folder.path() / "metadata");
      const test::FolderBytes before = lab.stored();
      const site::KeptMetadata kept = site::read_kept_metadata(*store, lab.identity);
      CHECK(roles_of(kept) == row.roles);
      CHECK(kept.problem.empty() == row.problem.empty());
      CHECK_MESSAGE(kept.problem.find(row.problem) != std::string::npos, kept.problem);
      CHECK(kept.manifests.empty());
      CHECK(lab.stored() == before);
    }
  }
}
