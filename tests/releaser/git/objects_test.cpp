#include "releaser/git/objects.hpp"

#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

using releaser::git::Entry;
using releaser::git::Listing;
using releaser::git::Objects;
using releaser::git::Program;

namespace {

// A repository of its own, and a git that notes each start of it.
struct Repository {
  base::TemporaryDirectory folder{std::filesystem::temp_directory_path(), "objects-"};
  base::Path starts = folder.path() / "starts";
  base::Environment environment{{{"PATH", folder.path().string() + ":" + std::getenv("PATH")},
                                 {"HOME", "/nonexistent"},
                                 {"GIT_CONFIG_NOSYSTEM", "1"}}};
  Program git{environment, {}, folder.path() / "r.git"};
  Objects objects{git};

  Repository() {
    base::make_directories(git.folder());
    (void)git.output_of({.arguments = {"init", "--quiet", "--bare", "."}});
    const std::string real = base::find_program("git", std::getenv("PATH")).value().string();
    base::write_file_atomically(
        folder.path() / "git",
        "#!/bin/sh\necho >>'" + starts.string() + "'\nexec '" + real + "' \"$@\"\n", 0755);
  }
  [[nodiscard]] std::size_t count_starts() const {
    return base::read_file_if_exists(starts, 1000).value_or("").size();
  }
  // A listing with files of these paths and contents.
  Listing store(const std::vector<std::pair<std::string, std::string>>& files) const {
    std::vector<std::string_view> contents;
    contents.reserve(files.size());
    for (const auto& [path, bytes] : files)
      contents.push_back(bytes);
    const auto names = objects.write(contents);
    Listing listing;
    for (std::size_t i = 0; i < files.size(); ++i)
      listing.emplace(files[i].first,
                      Entry{.object = names[i], .size = files[i].second.size(), .mode = 0100644});
    return listing;
  }
  std::string read(const Listing& listing, std::string_view path) {
    return objects.read(listing, listing.find(path));
  }
};

}  // namespace

TEST_SUITE("releaser/git/objects") {
  TEST_CASE("what is stored comes back as it is, by one start of git for each folder") {
    Repository repository;
    const std::string zeros(300, '\0');
    const Listing listing = repository.store({{"a/b/deep", "in a folder below\n"},
                                              {"a/empty", ""},
                                              {"a/heading", "0 blob 3\nabc\n"},
                                              {"a/zeros", zeros},
                                              {"b", "beside\r\n"},
                                              {"a/same", "beside\r\n"}});
    CHECK(repository.count_starts() == 1);
    CHECK(repository.read(listing, "a/zeros") == zeros);
    CHECK(repository.read(listing, "a/heading") == "0 blob 3\nabc\n");
    CHECK(repository.read(listing, "a/empty").empty());
    CHECK(repository.read(listing, "a/same") == "beside\r\n");
    CHECK(repository.read(listing, "b") == "beside\r\n");
    CHECK(repository.count_starts() == 2);
    CHECK(repository.read(listing, "a/b/deep") == "in a folder below\n");
    CHECK(repository.count_starts() == 3);
    CHECK(repository.objects.write({}).empty());
    CHECK(repository.count_starts() == 3);
  }

  TEST_CASE("large files are read alone, and of many small ones no more than 4 MiB") {
    Repository repository;
    const std::string large(256UL * 1024 + 1, 'x');
    std::vector<std::pair<std::string, std::string>> files{{"large", large}, {"little", "y"}};
    for (int i = 0; i < 20; ++i)
      files.emplace_back("many/" + std::to_string(100 + i),
                         std::string(250UL * 1024, 'a') + char('a' + i));
    const Listing listing = repository.store(files);
    CHECK(repository.read(listing, "large") == large);
    CHECK(repository.read(listing, "little") == "y");
    CHECK(repository.count_starts() == 3);
    CHECK(repository.read(listing, "many/100").back() == 'a');
    CHECK(repository.read(listing, "many/115").back() == 'p');
    CHECK(repository.count_starts() == 4);
    CHECK(repository.read(listing, "many/119").back() == 't');
    CHECK(repository.count_starts() == 5);
  }

  TEST_CASE("an object that is not there, or is another one, is an error with what git says") {
    Repository repository;
    Listing listing = repository.store({{"a", "bytes\n"}});
    listing.begin()->second.size = 7;
    test::check_error(base::Errc::internal, "git cat-file",
                      [&] { (void)repository.read(listing, "a"); });
    listing.begin()->second.object = std::string(40, 'b');
    test::check_error(base::Errc::internal, "git cat-file",
                      [&] { (void)repository.read(listing, "a"); });
  }
}
