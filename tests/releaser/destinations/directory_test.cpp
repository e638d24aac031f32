#include "base/error.hpp"
#include "tests/releaser/destinations/kinds.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

TEST_SUITE("releaser/destinations/directory") {
  using test::destinations::Directory;
  using test::destinations::wanted;

  TEST_CASE("leftovers of a killed run go, files of others stay") {
    const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "directory-");
    const auto destination = Directory().make_alone(place.path());
    const base::Path site = place.path() / "site";
    destination->acquire();
    destination->put(wanted("releases/a", "a"));
    for (const char* const name : {"releases/.a.0123abcd.tmp", "releases/.b.0123abcd.tmp",
                                   "releases/.a.tmp", "releases/mine", ".a.0123abcd.tmp"}) {
      base::write_file_atomically(site / name, "x");
    }
    destination->clean_up({wanted("releases/a", "a")});
    CHECK(base::list_directory(site / "releases") ==
          std::vector<std::string>{".a.tmp", ".b.0123abcd.tmp", "a", "mine"});
    CHECK(std::filesystem::exists(site / ".a.0123abcd.tmp"));
  }

  TEST_CASE("a way that leads through a file is told before anything is written") {
    const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "directory-");
    base::write_file_atomically(place.path() / "file", "x");
    for (const char* const path : {"file", "file/site", "file/a/b/site"}) {
      CAPTURE(path);
      const auto destination =
          Directory::make_directory(place.path() / path, std::make_shared<releaser::FolderLocks>());
      test::check_error(base::Errc::config, "file is no folder; mend `path`",
                        [&] { destination->preflight(); });
      test::check_error(base::Errc::config, "is no folder", [&] { destination->acquire(); });
      CHECK(destination->find(wanted("a", "a")) == releaser::Found::absent);
    }
    CHECK(base::list_directory(place.path()) == std::vector<std::string>{"file"});
  }

  TEST_CASE("a loop of links is an error that names the path") {
    const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "directory-");
    std::filesystem::create_symlink("loop", place.path() / "loop");
    const auto destination = Directory::make_directory(place.path() / "loop" / "site",
                                                       std::make_shared<releaser::FolderLocks>());
    test::check_error(base::Errc::cannot_write, "loop", [&] { destination->preflight(); });
    test::check_error(base::Errc::cannot_write, "loop",
                      [&] { (void)destination->find(wanted("a", "a")); });
  }
}
