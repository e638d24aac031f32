#include "base/error.hpp"
#include "tests/releaser/destinations/kinds.hpp"
#include "tests/support/expect_error.hpp"

#include <doctest/doctest.h>

TEST_SUITE("releaser/destinations contract") {
  using test::destinations::Kind;
  using test::destinations::kinds;
  using test::destinations::release;
  using test::destinations::wanted;

  TEST_CASE("what was put is found, read and streamed; nothing else is") {
    for (Kind* const kind : kinds()) {
      CAPTURE(kind->name);
      const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "destination-");
      const auto destination = kind->make_alone(place.path());
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
      CHECK(destination->find(file) == releaser::Found::same);
      release(*destination, "v1.0.0");
      CHECK(destination->find(file) == releaser::Found::same);
      CHECK(destination->find(wanted(file.name, "archivE")) == releaser::Found::different);
      CHECK(destination->read(file.name, 100) == "archive");
      std::string streamed;
      CHECK(destination->stream(file.name, [&](std::string_view bytes) { streamed += bytes; }));
      CHECK(streamed == "archive");
      if (!kind->carries_site) continue;
      for (const char* const text : {"one", "two"}) {
        CHECK(destination->announce({wanted("manifest.json", text)}) == releaser::Announced::done);
      }
      CHECK(destination->read("manifest.json", 100) == "two");
    }
  }

  TEST_CASE("what is staged goes away by its release, and nothing else does") {
    for (Kind* const kind : kinds()) {
      CAPTURE(kind->name);
      const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "destination-");
      const auto destination = kind->make_alone(place.path());
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
    for (Kind* const kind : kinds()) {
      CAPTURE(kind->name);
      if (!kind->has_lock) continue;
      const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "destination-");
      auto first = kind->make_alone(place.path());
      const auto second = kind->make_alone(place.path());
      first->acquire();
      test::check_error(base::Errc::locked, "run again", [&] { second->acquire(); });
      first->put(wanted("a", "a"));
      test::check_error(base::Errc::locked, "run again", [&] { second->acquire(); });
      first.reset();
      second->acquire();
    }
  }

  TEST_CASE("two of one run do not keep each other out, another run they do") {
    for (Kind* const kind : kinds()) {
      CAPTURE(kind->name);
      if (!kind->has_lock) continue;
      const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "destination-");
      const auto locks = std::make_shared<releaser::FolderLocks>();
      const auto first = kind->make(place.path() / "one", locks);
      const auto second = kind->make(place.path() / "two", locks);
      first->acquire();
      second->acquire();
      first->put(wanted("a", "a"));
      second->put(wanted("a", "a"));
      test::check_error(base::Errc::locked, "run again",
                        [&] { kind->make_alone(place.path() / "two")->acquire(); });
    }
  }

  TEST_CASE("a second publisher who is not kept out is told, and has changed nothing") {
    for (Kind* const kind : kinds()) {
      CAPTURE(kind->name);
      if (kind->has_lock || !kind->carries_site) continue;
      const base::Path place = "/site";
      const auto first = kind->make_alone(place);
      const auto second = kind->make_alone(place);
      for (auto* const destination : {first.get(), second.get()}) {
        destination->acquire();
        CHECK(destination->find(wanted("manifest.json", "first")) == releaser::Found::absent);
        destination->put(wanted("metadata/1.json", destination == first.get() ? "f" : "s"));
      }
      CHECK(first->announce({wanted("manifest.json", "first")}) == releaser::Announced::done);
      CHECK(second->announce({wanted("manifest.json", "second")}) == releaser::Announced::moved);
      // It reads what is there now, and may try again.
      CHECK(second->read("manifest.json", 100) == "first");
      CHECK(second->read("metadata/1.json", 100) == "f");
      CHECK(second->announce({wanted("manifest.json", "second")}) == releaser::Announced::done);
      CHECK(kind->make_alone(place)->read("manifest.json", 100) == "second");
      CHECK(kind->make_alone(place)->read("metadata/1.json", 100) == "f");
    }
  }

  TEST_CASE("bytes that are not those promised are never shown") {
    for (Kind* const kind : kinds()) {
      CAPTURE(kind->name);
      const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "destination-");
      const auto destination = kind->make_alone(place.path());
      auto file = wanted("releases/v1.0.0/a", "promised");
      file.contents = std::string("changed!");
      destination->acquire();
      test::check_error(base::Errc::conflict, "changed while it was copied",
                        [&] { destination->put(file); });
      CHECK(destination->find(file) == releaser::Found::absent);
    }
  }

  TEST_CASE("a name that leads out of the destination is never written") {
    for (Kind* const kind : kinds()) {
      CAPTURE(kind->name);
      const base::TemporaryDirectory place(std::filesystem::temp_directory_path(), "destination-");
      const auto destination = kind->make_alone(place.path() / "site");
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
