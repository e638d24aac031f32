#include "tests/releaser/destinations/kinds.hpp"

#include <doctest/doctest.h>

TEST_SUITE("releaser/destinations/git") {
  using test::destinations::git;
  using test::destinations::wanted;

  TEST_CASE("nothing is shown before it is announced, and then all of it in one commit") {
    git().clear();
    const base::Path site = "/site";
    const auto destination = git().make_alone(site);
    const std::string repository = git().repository_of(site).string();
    const auto commits = [&] {
      return base::run_process({"git", "-C", repository, "log", "--format=%s", "gh-pages", "--"})
          .output;
    };
    const auto names = [&] {
      return base::run_process({"git", "-C", repository, "ls-tree", "-r",
                                "--format=%(objectmode) %(path)", "gh-pages"})
          .output;
    };
    destination->preflight();
    destination->put(wanted("metadata/1.json", "{}"));
    destination->put(wanted("checksums/v1.0.0.sha256", "sums"));
    CHECK_FALSE(git().make_alone(site)->read("metadata/1.json", 100));
    CHECK(commits().empty());
    auto installer = wanted("install.sh", "#!/bin/sh\n");
    installer.mode = 0755;
    CHECK(destination->announce({wanted("manifest.json", "{}"), installer}) ==
          releaser::Announced::done);
    CHECK(commits() == "Publish v1.0.0\n");
    CHECK(names() ==
          "100644 docs/.nojekyll\n100644 docs/checksums/v1.0.0.sha256\n"
          "100755 docs/install.sh\n100644 docs/manifest.json\n100644 docs/metadata/1.json\n");
    // The same again is no commit, here or by another run.
    CHECK(destination->announce({installer}) == releaser::Announced::done);
    const auto again = git().make_alone(site);
    again->put(wanted("metadata/1.json", "{}"));
    CHECK(again->announce({installer}) == releaser::Announced::done);
    CHECK(commits() == "Publish v1.0.0\n");
    again->put(wanted("metadata/2.json", "{}"));
    CHECK(again->announce({wanted("metadata/timestamp.json", "2")}) == releaser::Announced::done);
    CHECK(commits() == "Refresh metadata\nPublish v1.0.0\n");
    // A folder is in the way of a file.
    CHECK(again->find(wanted("metadata", "x")) == releaser::Found::different);
    CHECK(again->find(wanted("meta", "x")) == releaser::Found::absent);
  }
}
