#pragma once

// Places that a destination can be of, for tests that ask of each kind the same.

#include "base/process.hpp"
#include "base/text.hpp"
#include "releaser/destinations/destination.hpp"
#include "tests/support/forge_server.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace test::destinations {

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

// One of each for all tests: servers take a moment to start. clear() comes first.
Git& git();
Forge& github();
Forge& gitea();
// All of them, cleared.
std::vector<Kind*> kinds();

// Makes what was put of a release public.
void release(releaser::Destination& destination, const std::string& tag);

releaser::WantedFile wanted(const std::string& name, const std::string& text);

}  // namespace test::destinations
