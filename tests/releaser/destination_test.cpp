#include "releaser/destinations/destination.hpp"

#include "base/error.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

#include <filesystem>

namespace {

// Each kind of destination, made anew over the same place.
struct Kind {
  const char* name;
  std::unique_ptr<releaser::Destination> (*make)(
      const base::Path& place, const std::shared_ptr<releaser::FolderLocks>& locks);
  std::unique_ptr<releaser::Destination> make_alone(const base::Path& place) const {
    return make(place, std::make_shared<releaser::FolderLocks>());
  }
};

std::unique_ptr<releaser::Destination> make_directory(
    const base::Path& folder, const std::shared_ptr<releaser::FolderLocks>& locks) {
  releaser::DestinationSettings settings;
  settings.type = settings.name = "directory";
  settings.url = "https://releases.example.com/tool";
  return releaser::make_directory_destination(settings, folder, locks);
}

const Kind kKinds[] = {
    {"directory", [](const base::Path& place, const std::shared_ptr<releaser::FolderLocks>& locks) {
       return make_directory(place / "site", locks);
     }}};

releaser::WantedFile wanted(const std::string& name, const std::string& text) {
  return {name, text, text.size(), trust::sha256_of(text)};
}

}  // namespace

TEST_SUITE("releaser/destinations contract") {
  TEST_CASE("what was put is found, read and streamed; nothing else is") {
    for (const Kind& kind : kKinds) {
      CAPTURE(kind.name);
      const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "destination-");
      const auto destination = kind.make_alone(place.path());
      const auto file = wanted("releases/v1.0.0/a.tar.gz", "archive");
      destination->preflight();
      destination->acquire();
      CHECK(std::filesystem::is_empty(place.path()));
      CHECK(destination->find(file) == releaser::Found::absent);
      CHECK_FALSE(destination->read(file.name, 100));
      CHECK_FALSE(destination->stream(file.name, [](std::string_view) {}));
      destination->put(file);
      CHECK(destination->find(file) == releaser::Found::same);
      CHECK(destination->find(wanted(file.name, "other")) == releaser::Found::different);
      CHECK(destination->find(wanted(file.name, "archivE")) == releaser::Found::different);
      CHECK(destination->read(file.name, 100) == "archive");
      std::string streamed;
      CHECK(destination->stream(file.name, [&](std::string_view bytes) { streamed += bytes; }));
      CHECK(streamed == "archive");
      for (const char* const text : {"one", "two"}) {
        CHECK(destination->announce({wanted("manifest.json", text)}) == releaser::Announced::done);
      }
      CHECK(destination->read("manifest.json", 100) == "two");
    }
  }

  TEST_CASE("what is staged goes away by its release, and nothing else does") {
    for (const Kind& kind : kKinds) {
      CAPTURE(kind.name);
      const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "destination-");
      const auto destination = kind.make_alone(place.path());
      destination->drop_staged("v1.0.0");
      CHECK(std::filesystem::is_empty(place.path()));
      const auto staged = wanted(releaser::staged_name("v1.0.0", "draft.json"), "draft");
      const auto other = wanted(releaser::staged_name("v1.1.0", "draft.json"), "other draft");
      const auto released = wanted("releases/v1.0.0/a.tar.gz", "archive");
      for (const auto& file : {staged, other, released})
        destination->put(file);
      CHECK(destination->read(staged.name, 100) == "draft");
      destination->drop_staged("v1.0.0");
      CHECK(destination->find(staged) == releaser::Found::absent);
      CHECK(destination->find(other) == releaser::Found::same);
      CHECK(destination->find(released) == releaser::Found::same);
      destination->drop_staged("v1.1.0");
      CHECK(destination->find(other) == releaser::Found::absent);
    }
  }

  TEST_CASE("a second publisher is kept out, before and after the first file is there") {
    for (const Kind& kind : kKinds) {
      CAPTURE(kind.name);
      const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "destination-");
      auto first = kind.make_alone(place.path());
      const auto second = kind.make_alone(place.path());
      first->acquire();
      test::check_error(base::Errc::locked, "run again", [&] { second->acquire(); });
      first->put(wanted("a", "a"));
      test::check_error(base::Errc::locked, "run again", [&] { second->acquire(); });
      first.reset();
      second->acquire();
    }
  }

  TEST_CASE("two of one run do not keep each other out, another run they do") {
    for (const Kind& kind : kKinds) {
      CAPTURE(kind.name);
      const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "destination-");
      const auto locks = std::make_shared<releaser::FolderLocks>();
      const auto first = kind.make(place.path() / "one", locks);
      const auto second = kind.make(place.path() / "two", locks);
      first->acquire();
      second->acquire();
      first->put(wanted("a", "a"));
      second->put(wanted("a", "a"));
      test::check_error(base::Errc::locked, "run again",
                        [&] { kind.make_alone(place.path() / "two")->acquire(); });
    }
  }

  TEST_CASE("bytes that are not those promised are never shown") {
    for (const Kind& kind : kKinds) {
      CAPTURE(kind.name);
      const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "destination-");
      const auto destination = kind.make_alone(place.path());
      auto file = wanted("a", "promised");
      file.contents = std::string("changed!");
      destination->acquire();
      test::check_error(base::Errc::conflict, "changed while it was copied",
                        [&] { destination->put(file); });
      CHECK(destination->find(file) == releaser::Found::absent);
    }
  }

  TEST_CASE("a name that leads out of the destination is never written") {
    for (const Kind& kind : kKinds) {
      CAPTURE(kind.name);
      const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "destination-");
      const auto destination = kind.make_alone(place.path() / "site");
      destination->acquire();
      for (const char* name : {"../a", "targets/../../a", "/a", "targets//a", "."}) {
        CAPTURE(name);
        CHECK_THROWS_AS(destination->put(wanted(name, "bytes")), base::Error);
        CHECK_THROWS_AS((void)destination->announce({wanted(name, "bytes")}), base::Error);
      }
      CHECK_FALSE(std::filesystem::exists(place.path() / "a"));
    }
  }
}

TEST_SUITE("releaser/destinations/directory") {
  TEST_CASE("leftovers of a killed run go, files of others stay") {
    const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "directory-");
    const auto destination = kKinds[0].make_alone(place.path());
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
          make_directory(place.path() / path, std::make_shared<releaser::FolderLocks>());
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
    const auto destination =
        make_directory(place.path() / "loop" / "site", std::make_shared<releaser::FolderLocks>());
    test::check_error(base::Errc::cannot_write, "loop", [&] { destination->preflight(); });
    test::check_error(base::Errc::cannot_write, "loop",
                      [&] { (void)destination->find(wanted("a", "a")); });
  }
}
