#include "site/metadata_walk.hpp"

#include "base/text.hpp"
#include "tests/site/addresses.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/metadata_repository.hpp"
#include "tests/support/release_server.hpp"
#include "tests/support/signing.hpp"
#include "trust/digest.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using base::cat;
using base::Errc;
using test::check_error;

namespace {

struct WalkLab {
  explicit WalkLab(bool consistent_snapshot = true) : repository(consistent_snapshot) {}

  test::MetadataRepository repository;
  test::ReleaseServer server;
  site::MemoryStore store;

  site::MetadataWalk walk() {
    repository.publish();
    server.mirror(test::kBase, repository.files);
    server.requests.clear();
    site::MetadataWalk walk(
        server, site::address_at(base::Url::parse(test::kBase)), store,
        {.pin = schema::RootPin{1, trust::sha256_of(repository.root_file(1))}, .now = test::now()});
    walk.refresh();
    return walk;
  }
  // The bytes of the target, or nothing where no role lists it.
  std::optional<std::string> find(const std::string& path) {
    site::MetadataWalk found = walk();
    const auto target = found.find_target(path);
    if (!target) return std::nullopt;
    return found.fetch_target(*target, "").bytes();
  }
  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> names;
    for (const auto& request : server.requests)
      names.push_back(request.url.substr(std::string_view(test::kBase).size() + 1));
    return names;
  }
};

}  // namespace

TEST_SUITE("site/metadata_walk") {
  TEST_CASE("delegations are searched in their order, each with its descendants first") {
    WalkLab lab;
    lab.repository.delegate("targets", "a", {"*"});
    lab.repository.delegate("targets", "b", {"*"});
    lab.repository.delegate("a", "a1", {"*"});
    lab.repository.delegate("a", "a2", {"*"});
    lab.repository.add_target("b", "file", "of b");
    CHECK(lab.find("file") == "of b");
    lab.repository.add_target("a2", "file", "of a2");
    CHECK(lab.find("file") == "of a2");
    lab.repository.add_target("a1", "file", "of a1");
    CHECK(lab.find("file") == "of a1");
    lab.repository.add_target("a", "file", "of a");
    CHECK(lab.find("file") == "of a");
    lab.repository.add_target("targets", "file", "of targets");
    CHECK(lab.find("file") == "of targets");
    CHECK(lab.find("other") == std::nullopt);
  }

  TEST_CASE("only roles that the path is delegated to are fetched") {
    WalkLab lab;
    lab.repository.delegate("targets", "docs", {"docs/*"});
    lab.repository.delegate("targets", "tools", {"tools/*"});
    lab.repository.add_target("docs", "tools/x", "not for docs to say");
    lab.repository.add_target("tools", "tools/x", "x");
    CHECK(lab.find("tools/x") == "x");
    CHECK(lab.asked() ==
          std::vector<std::string>{"metadata/1.root.json", "metadata/2.root.json",
                                   "metadata/timestamp.json", "metadata/2.snapshot.json",
                                   "metadata/2.targets.json", "metadata/1.tools.json",
                                   lab.repository.target_path("tools", "tools/x")});
  }

  TEST_CASE("every delegation on the way must cover the path") {
    WalkLab lab;
    lab.repository.delegate("targets", "outer", {"a*"});
    lab.repository.delegate("outer", "inner", {"*"});
    lab.repository.add_target("inner", "abc", "covered");
    lab.repository.add_target("inner", "xyz", "not covered");
    CHECK(lab.find("abc") == "covered");
    CHECK(lab.find("xyz") == std::nullopt);
  }

  TEST_CASE("a terminating delegation ends the search, and covers no other path") {
    WalkLab lab;
    lab.repository.delegate("targets", "first", {"a*"}, true);
    lab.repository.delegate("first", "below", {"*"});
    lab.repository.delegate("targets", "second", {"*"});
    lab.repository.add_target("second", "abc", "too late");
    lab.repository.add_target("second", "xyz", "of second");
    CHECK(lab.find("abc") == std::nullopt);
    CHECK(lab.find("xyz") == "of second");
    lab.repository.add_target("below", "abc", "of a descendant");
    CHECK(lab.find("abc") == "of a descendant");

    // Deeper down it ends what its ancestors had ahead, too.
    WalkLab deep;
    deep.repository.delegate("targets", "outer", {"*"});
    deep.repository.delegate("outer", "inner", {"*"}, true);
    deep.repository.delegate("targets", "later", {"*"});
    deep.repository.add_target("later", "file", "too late");
    CHECK(deep.find("file") == std::nullopt);
  }

  TEST_CASE("cycles end, and a role is asked once in a search") {
    WalkLab lab;
    lab.repository.delegate("targets", "a", {"*"});
    lab.repository.delegate("a", "b", {"*"});
    lab.repository.delegate("b", "a", {"*"});
    lab.repository.delegate("b", "b", {"*"});
    lab.repository.delegate("targets", "c", {"*"});
    lab.repository.add_target("c", "file", "of c");
    CHECK(lab.find("file") == "of c");
    CHECK(lab.find("none") == std::nullopt);
  }

  TEST_CASE("at most 32 delegated roles are asked in one search") {
    for (const int depth : {32, 33}) {
      WalkLab lab;
      std::string delegator = "targets";
      for (int level = 1; level <= depth; ++level) {
        const std::string role = cat("role", level);
        lab.repository.delegate(delegator, role, {"*"});
        delegator = role;
      }
      lab.repository.add_target(delegator, "file", "deep");
      CHECK(lab.find("file").has_value() == (depth == 32));
    }
  }

  TEST_CASE("bins by hash prefixes share the targets") {
    WalkLab lab;
    for (int bin = 0; bin < 16; ++bin) {
      const std::string digit(1, "0123456789abcdef"[bin]);
      lab.repository.delegate("targets", cat("bin-", digit), {}).hash_prefixes = {digit};
    }
    for (int count = 0; count < 20; ++count) {
      const std::string path = cat("file", count);
      const std::string bin = cat("bin-", trust::sha256_of(path).hex().substr(0, 1));
      lab.repository.add_target(bin, path, cat("content of ", path));
    }
    for (int count = 0; count < 20; ++count) {
      const std::string path = cat("file", count);
      CHECK(lab.find(path) == cat("content of ", path));
    }
    CHECK(lab.find("file99") == std::nullopt);
  }

  TEST_CASE("a delegated role that is refused ends the search, also where a later one has it") {
    WalkLab lab;
    lab.repository.delegate("targets", "first", {"*"});
    lab.repository.delegate("targets", "second", {"*"});
    lab.repository.add_target("second", "file", "of second");
    lab.repository.signers["first"] = {test::new_key()};
    check_error(Errc::untrusted, "first has 0 of 1", [&] { lab.find("file"); });
  }

  TEST_CASE("names of roles and paths of targets reach the server whole") {
    for (const bool consistent : {true, false}) {
      WalkLab lab(consistent);
      lab.repository.delegate("targets", "a b/\xc3\xa9", {"dir/*"});
      lab.repository.add_target("a b/\xc3\xa9", "dir/x y%2F.bin", "content");
      lab.repository.publish();
      // As a web server would look the paths up: of a target, decoded.
      const std::string plain = lab.repository.target_path("a b/\xc3\xa9", "dir/x y%2F.bin");
      lab.repository.files[base::replace_all(base::replace_all(plain, "%", "%25"), " ", "%20")] =
          lab.repository.files.at(plain);
      CHECK(lab.find("dir/x y%2F.bin") == "content");
      const auto asked = lab.asked();
      REQUIRE(asked.size() == 7);
      CHECK(asked[5] == cat("metadata/", consistent ? "1." : "", "a%20b%2F%C3%A9.json"));
    }
  }

  TEST_CASE("a name that no URL can have is a lie of whoever wrote it") {
    for (const std::string& role :
         {std::string("a/../b"), std::string("a\0b", 3), std::string(3000, 'x')}) {
      CAPTURE(role);
      WalkLab lab;
      lab.repository.delegate("targets", role, {"*"});
      lab.repository.add_target(role, "one", "1");
      check_error(Errc::untrusted, "", [&] { lab.find("one"); });
    }
    WalkLab lab;
    lab.repository.add_target("targets", "a//b", "1");
    check_error(Errc::untrusted, "", [&] { lab.find("a//b"); });
  }

  TEST_CASE("two hundred and fifty-six roots are followed in one run, and the rest in the next") {
    WalkLab lab;
    for (int count = 0; count < 300; ++count) {
      lab.repository.rotate("root");
      lab.repository.publish();
    }
    REQUIRE(lab.repository.root.version == 301);
    const auto version_after_a_walk = [&] { return lab.walk().metadata().root().version; };
    CHECK(version_after_a_walk() == 257);
    CHECK(version_after_a_walk() == 301);
    CHECK(lab.asked().front() == "metadata/258.root.json");
    CHECK(version_after_a_walk() == 301);
    CHECK(lab.asked() ==
          std::vector<std::string>{"metadata/302.root.json", "metadata/timestamp.json"});
  }

  TEST_CASE("the cost of a first look does not grow with what was published before") {
    std::vector<std::uint64_t> costs;
    for (const int releases : {20, 2000}) {
      WalkLab lab;
      lab.repository.delegate("targets", "stable", {"file"}, true);
      for (int count = 0; count < releases; ++count) {
        lab.repository.add_target("stable", "file", cat("release ", 1000 + count));
        lab.repository.publish();
      }
      CHECK(lab.find("file") == cat("release ", 999 + releases));
      CHECK(lab.server.requests.size() == 7);
      std::uint64_t bytes = 0;
      for (const auto& request : lab.server.requests)
        bytes += request.body_bytes;
      costs.push_back(bytes);
    }
    CHECK(costs[1] - costs[0] < 20);  // digits of versions
  }
}
