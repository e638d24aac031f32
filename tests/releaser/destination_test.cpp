#include "releaser/destinations/destination.hpp"

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/forge_server.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>

namespace {

using base::cat;

// Counts waits in place of waiting, and has an end.
class CountedPatience final : public releaser::Patience {
 public:
  [[nodiscard]] base::Time now() const override { return base::system_now(); }
  [[nodiscard]] std::chrono::milliseconds left() const override {
    const std::scoped_lock alone(m_mutex);
    return m_left;
  }
  void wait(std::chrono::milliseconds time) override {
    const std::scoped_lock alone(m_mutex);
    waited += time;
    m_left -= std::min(time, m_left);
  }
  std::chrono::milliseconds waited{0};

 private:
  mutable std::mutex m_mutex;
  std::chrono::milliseconds m_left{std::chrono::hours(1)};
};

// A place where destinations of one kind can be, and destinations there, made anew over it.
class Kind {
 public:
  explicit Kind(std::string kind_name) : name(std::move(kind_name)) {}
  virtual ~Kind() = default;
  // Begins with nothing there.
  virtual void clear() {}
  virtual std::unique_ptr<releaser::Destination> make(
      const base::Path& place, const std::shared_ptr<releaser::FolderLocks>& locks) = 0;
  std::unique_ptr<releaser::Destination> make_alone(const base::Path& place) {
    return make(place, std::make_shared<releaser::FolderLocks>());
  }
  const std::string name;
  bool carries_site = true;
  bool has_lock = true;  // else whoever comes second is told
};

class Directory final : public Kind {
 public:
  Directory() : Kind("directory") {}
  std::unique_ptr<releaser::Destination> make(
      const base::Path& place, const std::shared_ptr<releaser::FolderLocks>& locks) override {
    return make_directory(place / "site", locks);
  }
  static std::unique_ptr<releaser::Destination> make_directory(
      const base::Path& folder, const std::shared_ptr<releaser::FolderLocks>& locks) {
    releaser::DestinationSettings settings;
    settings.type = settings.name = "directory";
    settings.url = "https://releases.example.com/tool";
    return releaser::make_directory_destination(settings, folder, locks);
  }
};

// GitHub, or Gitea and its kin.
class Forge final : public Kind {
 public:
  explicit Forge(test::Dialect dialect)
      : Kind(dialect == test::Dialect::gitea ? "gitea" : "github"), server(dialect) {
    carries_site = has_lock = false;
  }
  void clear() override {
    server.control("/reset", R"({"repositories": {"o/r": {}}, "tokens": {)"
                             R"("t": {"permissions": {"o/r": "write"}}}})");
  }
  std::unique_ptr<releaser::Destination> make(
      const base::Path&, const std::shared_ptr<releaser::FolderLocks>&) override {
    return make_with(settings());
  }
  [[nodiscard]] releaser::DestinationSettings settings() const {
    releaser::DestinationSettings settings;
    settings.type = settings.name = name;
    settings.repository = "o/r";
    settings.api_url = server.url("api");
    if (name == "github") settings.upload_url = server.url("uploads");
    settings.url = server.url("web") + "/o/r";
    settings.carries.assets = true;
    return settings;
  }
  std::unique_ptr<releaser::Destination> make_with(const releaser::DestinationSettings& settings,
                                                   const std::string& token = "t") {
    patience = std::make_shared<CountedPatience>();
    const releaser::Network network{
        .http = server.http_options(), .tokens = {}, .patience = patience};
    const releaser::AccessToken access{token, "the variable GH_TOKEN"};
    return settings.type == "gitea" ? releaser::make_gitea_destination(settings, network, access)
                                    : releaser::make_github_destination(settings, network, access);
  }
  test::ForgeServer server;
  std::shared_ptr<CountedPatience> patience;
};

// A branch of an empty repository for each place.
class Git final : public Kind {
 public:
  Git() : Kind("git") { has_lock = false; }
  void clear() override {
    base::remove_tree(m_folder.path());
    base::make_directories(m_folder.path());
  }
  std::unique_ptr<releaser::Destination> make(
      const base::Path& place, const std::shared_ptr<releaser::FolderLocks>& locks) override {
    const base::Path repository = repository_of(place);
    if (!std::filesystem::exists(repository)) {
      REQUIRE(base::run_process({"git", "init", "--quiet", "--bare", repository.string()})
                  .exit_status == 0);
    }
    releaser::DestinationSettings settings;
    settings.type = settings.name = "git";
    settings.url = "https://releases.example.com/tool";
    settings.remote = repository.string();
    settings.branch = "gh-pages";
    settings.path = "docs";
    return releaser::make_git_destination(settings, m_config,
                                          {m_environment, base::Time(), locks, m_network});
  }
  [[nodiscard]] base::Path repository_of(const base::Path& place) const {
    return m_folder.path() / base::replace_all(place.string(), "/", "-");
  }

 private:
  const base::TemporaryDirectory m_folder{std::filesystem::temp_directory_path(), "git-"};
  const base::Environment m_environment{
      {{"PATH", std::getenv("PATH")}, {"HOME", "/nonexistent"}, {"GIT_CONFIG_NOSYSTEM", "1"}}};
  const releaser::Network m_network{.http = {}, .tokens = {}, .patience = nullptr};
  const releaser::Config m_config;
};

Git& git() {
  static Git kind;
  return kind;
}

Forge& github() {
  static Forge kind(test::Dialect::github);
  return kind;
}
Forge& gitea() {
  static Forge kind(test::Dialect::gitea);
  return kind;
}

std::vector<Kind*> kinds() {
  static Directory directory;
  std::vector<Kind*> all{&directory, &github(), &gitea(), &git()};
  for (Kind* const kind : all)
    kind->clear();
  return all;
}

// Makes what was put of a release public.
void release(releaser::Destination& destination, const std::string& tag) {
  if (destination.is_released(tag)) return;
  destination.release_assets({.tag = tag,
                              .title = "tool " + tag,
                              .notes = "What is new.",
                              .commit = {},
                              .is_prerelease = false,
                              .is_latest = true});
  CHECK(destination.is_released(tag));
}

releaser::WantedFile wanted(const std::string& name, const std::string& text) {
  return {name, text, text.size(), trust::sha256_of(text)};
}

}  // namespace

TEST_SUITE("releaser/destinations contract") {
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

TEST_SUITE("releaser/destinations/directory") {
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

TEST_SUITE("releaser/destinations/github") {
  using releaser::Found;
  const char* const kArchive = "releases/v1.0.0/a.tar.gz";

  TEST_CASE("nobody sees anything before it is released, and then all of it") {
    Forge& kind = github();
    kind.clear();
    const auto destination = kind.make_alone("");
    const auto file = wanted(kArchive, "archive");
    destination->put(file);
    CHECK_FALSE(destination->is_released("v1.0.0"));
    CHECK_FALSE(destination->read(kArchive, 100));
    CHECK_FALSE(destination->stream(kArchive, [](std::string_view) {}));
    CHECK(kind.server.control("/state").find("\"releases\": []") != std::string::npos);
    // Another process goes on with the same draft.
    const auto again = kind.make_alone("");
    CHECK(again->find(file) == Found::same);
    CHECK(again->find(wanted(kArchive, "other")) == Found::different);
    again->put(wanted(kArchive, "other"));
    release(*again, "v1.0.0");
    const auto later = kind.make_alone("");
    CHECK(later->read(kArchive, 100) == "other");
    test::check_error(base::Errc::conflict, "other bytes are public already",
                      [&] { later->put(file); });
    const std::string state = kind.server.control("/state");
    CHECK(state.find("\"name\": \"tool v1.0.0\", \"body\": \"What is new.\"") != std::string::npos);
    CHECK(state.find("\"is_latest\": true") != std::string::npos);
    CHECK(state.find("\"drafts\": []") != std::string::npos);
  }

  TEST_CASE("at every request each fault is made up for, within the same run or the next") {
    for (Forge* const each : {&github(), &gitea()}) {
      Forge& kind = *each;
      CAPTURE(kind.name);
      const auto publish = [&] {
        const auto destination = kind.make_alone("");
        destination->preflight();
        for (const char* const name : {"a", "b"}) {
          const auto file = wanted(cat("releases/v1.0.0/", name), cat("bytes of ", name));
          if (destination->find(file) != Found::same) destination->put(file);
        }
        release(*destination, "v1.0.0");
        for (const char* const name : {"a", "b"})
          CHECK(destination->read(cat("releases/v1.0.0/", name), 100) == cat("bytes of ", name));
      };
      kind.clear();
      kind.server.control("/faults", "[]");
      publish();
      const int requests = kind.server.count();
      const std::string expected = kind.server.control("/state");
      int points = 0;
      for (const char* const fault :
           {"refuse", "lost", "502", "502_after", "reset_in_request", "reset_in_answer",
            "secondary_limit", "429", "primary_limit", "wrong_digest"}) {
        for (int request = 1; request <= requests; ++request) {
          CAPTURE(fault);
          CAPTURE(request);
          kind.clear();
          kind.server.control("/faults", cat(R"([{"at": )", request, R"(, "do": ")", fault,
                                             R"(", "seconds": 1}])"));
          try {
            publish();
          } catch (const base::Error& error) {
            // The stranger's download, of which nothing else is known, may be what failed.
            CHECK_MESSAGE(error.code() == base::Errc::network, error.what());
            publish();
          }
          CHECK(kind.server.control("/state") == expected);
          ++points;
        }
      }
      MESSAGE(kind.name, ": requests: ", requests, ", points tried: ", points);
    }
  }

  TEST_CASE(
      "files on their way at once arrive once each, whatever fails, and are fetched at once") {
    for (Forge* const each : {&github(), &gitea()}) {
      Forge& kind = *each;
      CAPTURE(kind.name);
      std::vector<releaser::WantedFile> files;
      files.reserve(9);
      for (int number = 1; number <= 9; ++number)
        files.push_back(wanted(cat("releases/v1.0.0/", number), cat("bytes of ", number)));
      const auto publish = [&] {
        const auto destination = kind.make_alone("");
        const std::size_t at_once = destination->transfers_at_once();
        CHECK(at_once > 1);
        std::vector<std::size_t> missing;
        missing.reserve(files.size());
        for (std::size_t index = 0; index < files.size(); ++index)
          if (destination->find(files[index]) != Found::same) missing.push_back(index);
        base::for_each_until_failure(missing.size(), at_once, [&](std::size_t index) {
          destination->put(files[missing[index]]);
        });
        release(*destination, "v1.0.0");
        std::vector<std::string> fetched(files.size());
        base::for_each_until_failure(files.size(), at_once, [&](std::size_t index) {
          std::string text;
          destination->stream(files[index].name, [&](std::string_view bytes) { text += bytes; });
          fetched[index] = text;
        });
        for (std::size_t index = 0; index < files.size(); ++index)
          CHECK(fetched[index] == std::get<std::string>(files[index].contents));
      };
      kind.clear();
      kind.server.control("/faults", "[]");
      publish();
      const std::string expected = kind.server.control("/state");
      for (const char* const fault :
           {"refuse", "lost", "502", "502_after", "reset_in_request", "reset_in_answer",
            "secondary_limit", "delete_release", "wrong_digest"}) {
        for (const int first : {1, 2, 4, 6, 9}) {
          CAPTURE(fault);
          CAPTURE(first);
          // Three of the uploads, in whatever order they come.
          kind.clear();
          kind.server.control("/faults",
                              cat(R"([{"method": "POST", "path": "/assets", "skip": )", first - 1,
                                  R"(, "times": 3, "do": ")", fault, R"(", "seconds": 60}])"));
          try {
            publish();
          } catch (const base::Error& error) {
            const bool is_told =
                error.code() == base::Errc::network || error.code() == base::Errc::conflict;
            CHECK_MESSAGE(is_told, error.what());
            publish();
          }
          CHECK(kind.server.control("/state") == expected);
          // As one that was told three times, however many were told.
          if (std::string_view(fault) == "secondary_limit")
            CHECK(kind.patience->waited <= std::chrono::seconds(60 + 120 + 240));
        }
      }
    }
  }

  TEST_CASE("without digests what stands below the seal of a public release is not fetched again") {
    Forge& kind = gitea();
    kind.clear();
    const std::string folder = "releases/v1.0.0/";
    const std::string seal = folder + std::string(releaser::kSealName);
    std::vector<releaser::WantedFile> files{wanted(seal, "seal")};
    for (int number = 1; number <= 5; ++number)
      files.push_back(wanted(cat(folder, number), cat("bytes of ", number)));
    const auto first = kind.make_alone("");
    for (std::size_t index = files.size(); index-- > 0;)  // the seal last
      first->put(files[index]);
    release(*first, "v1.0.0");
    const auto look = [&] {
      const auto destination = kind.make_alone("");
      std::vector<Found> found;
      found.reserve(files.size());
      for (const releaser::WantedFile& file : files)
        found.push_back(destination->find(file));
      return found;
    };
    kind.server.control("/faults", "[]");
    CHECK(look() == std::vector<Found>(6, Found::same));
    CHECK(kind.server.count() == 2);  // the release and its seal
    // Somebody put other bytes of the same size there.
    kind.server.control("/tamper", R"({"repository": "o/r", "tag": "v1.0.0", "name": "3",
                                       "text": "other of 3"})");
    kind.server.control("/faults", "[]");
    std::vector<Found> expected(6, Found::same);
    expected[3] = Found::different;
    CHECK(look() == expected);
    CHECK(kind.server.count() == 3);
    // A seal of other checksums says nothing.
    files[0] = wanted(seal, "SEAL");
    expected[0] = Found::different;
    kind.server.control("/faults", "[]");
    CHECK(look() == expected);
    CHECK(kind.server.count() == 7);
    // Nor does one that was put before others.
    kind.server.control("/tamper", R"({"repository": "o/r", "tag": "v1.0.0", "name": "5",
                                       "text": "bytes of 5"})");
    files[0] = wanted(seal, "seal");
    expected[0] = Found::same;
    kind.server.control("/faults", "[]");
    CHECK(look() == expected);
    CHECK(kind.server.count() == 4);
  }

  TEST_CASE("the first refusal ends it, and nothing more is begun") {
    Forge& kind = github();
    kind.clear();
    kind.server.control("/faults", R"([{"method": "POST", "path": "/assets", "times": 99,
                                        "do": "status", "code": 403}])");
    const auto destination = kind.make_alone("");
    test::check_error(base::Errc::permission, "may not write releases of o/r", [&] {
      base::for_each_until_failure(40, destination->transfers_at_once(), [&](std::size_t index) {
        destination->put(wanted(cat("releases/v1.0.0/", index), "x"));
      });
    });
    // Looking for the release, its drafts, making it, and at most two uploads of each thread.
    CHECK(kind.server.count() <= 3 + 2 * 4);
  }

  TEST_CASE("rights that are missing are told with repository, variable and permission") {
    Forge& kind = github();
    kind.server.control("/reset",
                        R"({"repositories": {"o/r": {}, "o/hidden": {"private": true}}, "tokens": {
      "read": {"permissions": {"o/r": "read"}},
      "fine": {"kind": "fine_grained", "permissions": {"o/r": "read"}},
      "app": {"kind": "integration", "permissions": {"o/r": "read"}},
      "old": {"expired": true, "permissions": {"o/r": "write"}},
      "t": {"permissions": {"o/r": "write", "o/hidden": "write"}}}})");
    const auto file = wanted(kArchive, "archive");
    for (const char* const token : {"read", "fine", "app", "old", "nobody's", ""}) {
      CAPTURE(token);
      const auto destination = kind.make_with(kind.settings(), token);
      for (const char* const words : {"GH_TOKEN", "o/r", "Contents: write"}) {
        test::check_error(base::Errc::permission, words, [&] { destination->preflight(); });
        test::check_error(base::Errc::permission, words, [&] { destination->put(file); });
      }
    }
    auto settings = kind.settings();
    settings.repository = "o/hidden";
    test::check_error(base::Errc::config, "is private",
                      [&] { kind.make_with(settings)->preflight(); });
    settings.repository = "o/none";
    test::check_error(base::Errc::permission, "shows no repository o/none",
                      [&] { kind.make_with(settings)->preflight(); });
    settings = kind.settings();
    settings.api_url = settings.url;
    test::check_error(base::Errc::permission, "shows no repository",
                      [&] { kind.make_with(settings)->preflight(); });
  }

  TEST_CASE("a rate limit is waited for where there is time, else its end is told") {
    Forge& kind = github();
    kind.clear();
    kind.server.control("/faults", R"([{"at": 1, "do": "secondary_limit", "seconds": 90}])");
    auto destination = kind.make_alone("");
    destination->preflight();
    CHECK(kind.patience->waited == std::chrono::seconds(90));
    kind.server.control("/limit", R"({"token": "t", "remaining": 0})");
    destination = kind.make_alone("");
    test::check_error(base::Errc::network, "rate limit); run the same command after 20",
                      [&] { destination->preflight(); });
    kind.server.control("/faults", R"([{"at": 1, "do": "429", "seconds": 7200}])");
    destination = kind.make_alone("");
    test::check_error(base::Errc::network, "rate limit); run the same command after 20",
                      [&] { destination->preflight(); });
  }

  TEST_CASE("two drafts of one tag are an error that names both") {
    Forge& kind = github();
    kind.clear();
    const auto sender = base::make_http_sender(kind.server.http_options());
    for (int count = 0; count < 2; ++count) {
      const std::string text = R"({"tag_name": "v1.0.0", "draft": true})";
      (void)sender->send({.method = base::HttpMethod::post,
                          .url = base::Url::parse(kind.server.url("api") + "/repos/o/r/releases"),
                          .headers = {},
                          .authorization = "Bearer t",
                          .upload = base::HttpUpload{"application/json", text, text.size()},
                          .sink = {},
                          .is_cancelled = {}});
    }
    const auto destination = kind.make_alone("");
    test::check_error(base::Errc::conflict, "two drafts of v1.0.0: ", [&] {
      destination->put(wanted(kArchive, "archive"));
    });
    test::check_error(base::Errc::conflict, "(number 4) and ",
                      [&] { (void)destination->find(wanted(kArchive, "archive")); });
  }

  TEST_CASE("what people did meanwhile is found, and what they wrote is kept") {
    Forge& kind = github();
    kind.clear();
    auto settings = kind.settings();
    settings.draft = true;
    const releaser::AssetRelease words{.tag = "v1.0.0",
                                       .title = "tool 1.0.0",
                                       .notes = "Ours.",
                                       .commit = {},
                                       .is_prerelease = false,
                                       .is_latest = true};
    const auto file = wanted(kArchive, "archive");
    auto destination = kind.make_with(settings);
    destination->put(file);
    test::check_error(base::Errc::partial, "publish it at https://",
                      [&] { destination->release_assets(words); });
    CHECK_FALSE(destination->is_released("v1.0.0"));
    // A click publishes it.
    kind.server.control("/publish", R"({"repository": "o/r", "tag": "v1.0.0"})");
    destination = kind.make_with(settings);
    CHECK(destination->find(file) == Found::same);
    CHECK(destination->is_released("v1.0.0"));
    CHECK(kind.server.control("/state").find("\"body\": \"Ours.\"") != std::string::npos);
    // Somebody deletes the draft, or changes an asset, between two requests.
    const auto second = wanted("releases/v2.0.0/a", "second");
    destination = kind.make_alone("");
    destination->put(second);
    kind.server.control("/tamper",
                        R"({"repository": "o/r", "tag": "v2.0.0", "name": "a", "text": "other!"})");
    auto second_words = words;
    second_words.tag = "v2.0.0";
    test::check_error(base::Errc::conflict, "somebody changed it meanwhile",
                      [&] { destination->release_assets(second_words); });
    kind.server.control("/tamper",
                        R"({"repository": "o/r", "tag": "v2.0.0", "delete": "release"})");
    test::check_error(base::Errc::conflict, "is gone",
                      [&] { destination->release_assets(second_words); });
  }

  TEST_CASE("a release that is immutable is published whole, and never changed") {
    Forge& kind = github();
    kind.server.control("/reset", R"({"repositories": {"o/r": {"immutable": true}}, "tokens": {)"
                                  R"("t": {"permissions": {"o/r": "write"}}}})");
    const auto file = wanted(kArchive, "archive");
    auto destination = kind.make_alone("");
    destination->put(file);
    release(*destination, "v1.0.0");
    destination = kind.make_alone("");
    CHECK(destination->find(file) == Found::same);
    test::check_error(base::Errc::conflict, "it is immutable",
                      [&] { destination->put(wanted("releases/v1.0.0/b", "late")); });
  }

  TEST_CASE("a repository that was renamed is followed") {
    Forge& kind = github();
    kind.clear();
    kind.server.control("/rename", R"({"from": "o/r", "to": "o/new"})");
    const auto destination = kind.make_alone("");
    destination->preflight();
    destination->put(wanted(kArchive, "archive"));
    release(*destination, "v1.0.0");
    CHECK(destination->read(kArchive, 100) == "archive");
  }

  TEST_CASE("only the newest stable release is the latest one") {
    Forge& kind = github();
    kind.clear();
    const auto publish = [&](const std::string& tag, bool is_prerelease, bool is_latest) {
      const auto destination = kind.make_alone("");
      destination->put(wanted(cat("releases/", tag, "/a"), tag));
      destination->release_assets({.tag = tag,
                                   .title = tag,
                                   .notes = "",
                                   .commit = {},
                                   .is_prerelease = is_prerelease,
                                   .is_latest = is_latest});
    };
    publish("v2.0.0", false, true);
    publish("v1.0.1", false, false);
    publish("v3.0.0-rc.1", true, false);
    const std::string state = kind.server.control("/state");
    const auto after = [&](const std::string& tag) {
      const auto at = state.find("is_latest", state.find(cat("\"tag\": \"", tag)));
      return state.substr(at + 12, 4);
    };
    CHECK(after("v2.0.0") == "true");
    CHECK(after("v1.0.1") == "fals");
    CHECK(after("v3.0.0") == "fals");
  }

  TEST_CASE("marks follow what is wanted, whatever fails on the way") {
    for (Forge* const each : {&github(), &gitea()}) {
      Forge& kind = *each;
      CAPTURE(kind.name);
      kind.clear();
      for (const char* const tag : {"v1.0.0", "v2.0.0-beta.1"}) {
        const auto destination = kind.make_alone("");
        destination->put(wanted(cat("releases/", tag, "/a"), tag));
        destination->release_assets({.tag = tag,
                                     .title = tag,
                                     .notes = "",
                                     .commit = {},
                                     .is_prerelease = tag == std::string("v2.0.0-beta.1"),
                                     .is_latest = tag == std::string("v1.0.0")});
      }
      kind.server.control("/save", R"({"name": "two"})");
      const std::vector<releaser::ReleaseMarks> marks{
          {.tag = "v1.0.0"}, {.tag = "v2.0.0-beta.1", .is_latest = true}, {.tag = "v9.0.0"}};
      CHECK(kind.make_alone("")->wrong_marks(marks).size() == 1);
      kind.server.control("/faults", "[]");
      kind.make_alone("")->mark(marks);
      const int requests = kind.server.count();
      const std::string expected = kind.server.control("/state");
      CHECK(kind.make_alone("")->wrong_marks(marks).empty());
      for (const char* const fault :
           {"refuse", "lost", "502", "502_after", "reset_in_answer", "secondary_limit"}) {
        for (int request = 1; request <= requests; ++request) {
          CAPTURE(fault);
          CAPTURE(request);
          kind.server.control("/restore", R"({"name": "two"})");
          kind.server.control("/faults", cat(R"([{"at": )", request, R"(, "do": ")", fault,
                                             R"(", "seconds": 1}])"));
          kind.make_alone("")->mark(marks);
          CHECK(kind.server.control("/state") == expected);
        }
      }
    }
  }

  TEST_CASE("a draft is found beside any number of releases, and the list is not read to its end") {
    for (Forge* const each : {&github(), &gitea()}) {
      Forge& kind = *each;
      CAPTURE(kind.name);
      kind.server.control("/reset", R"({"repositories": {"o/r": {"past": 1000}}, "tokens": {)"
                                    R"("t": {"permissions": {"o/r": "write"}}}})");
      kind.make_alone("")->put(wanted(kArchive, "archive"));
      kind.server.control("/faults", "[]");
      CHECK(kind.make_alone("")->find(wanted(kArchive, "archive")) == Found::same);
      CHECK(kind.make_alone("")->find(wanted("releases/v3.0.0/a", "b")) == Found::absent);
      CHECK(kind.server.count() <= 5);
    }
  }

  TEST_CASE("a token is not sent where the API does not belong") {
    Forge& kind = github();
    kind.clear();
    auto settings = kind.settings();
    settings.upload_url.clear();
    // Of the same machine, on another port: that is how it is for whoever runs a server at home.
    kind.make_with(settings)->put(wanted(kArchive, "archive"));
    settings.api_url = base::replace_all(settings.api_url, "localhost", "127.0.0.1");
    test::check_error(base::Errc::untrusted, "give it as `upload_url`",
                      [&] { kind.make_with(settings)->put(wanted("releases/v1.0.0/b", "b")); });
  }
}

TEST_SUITE("releaser/destinations/git") {
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
