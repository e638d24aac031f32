#include "releaser/import/site.hpp"

#include "base/text.hpp"
#include "releaser/init/project_facts.hpp"

namespace releaser::import {

using base::cat;

namespace {
constexpr std::string_view kHttps = "https://";
}

std::optional<std::pair<std::string, std::string>> repository_of(std::string_view url) {
  constexpr std::string_view kHost = "https://github.com/";
  if (!url.starts_with(kHost)) return std::nullopt;
  const auto parts = base::split(url.substr(kHost.size()), '/');
  if (parts.size() < 2 || !is_file_name(parts[0]) || !is_file_name(parts[1])) return std::nullopt;
  std::string name(parts[1]);
  if (name.ends_with(".git")) name.resize(name.size() - 4);
  return std::pair(std::string(parts[0]), name);
}

DestinationSettings folder_destination(std::string_view product) {
  DestinationSettings folder;
  folder.type = "directory";
  folder.path = "site";
  folder.url = cat("https://releases.example.com/", product);
  return folder;
}

void add_forge(Config& config, DestinationSettings host,
               const std::function<void(std::string_view)>& note) {
  if (host.type == "gitea" && !host.api_url.ends_with("/api/v1")) {
    note("which host it is must be said: set `api_url` of the destination");
    host.api_url = "https://codeberg.org/api/v1";
  }
  const std::string repository = host.repository;
  const auto parts = base::split(repository, '/');
  if (parts.size() != 2 || !is_file_name(parts[0]) || !is_file_name(parts[1])) {
    note("no repository can be told; archives go into a folder that a web server shows");
    config.destinations.push_back(folder_destination(config.product.name));
    return;
  }
  if (host.type == "github" && host.url.empty() && !host.api_url.empty() &&
      !host.api_url.ends_with("/api/v3")) {
    note("its API is not at /api/v3: see whether `url` of the destination is right");
    host.url = cat(host.api_url.substr(0, host.api_url.find('/', kHttps.size())), "/", repository);
  }
  const bool is_github = host.type == "github" && host.api_url.empty();
  config.destinations.push_back(std::move(host));
  if (is_github) {
    DestinationSettings site;
    site.type = "git";
    site.remote = repository;
    site.branch = "gh-pages";
    site.url = github_pages_url(repository);
    config.destinations.push_back(std::move(site));
    return;
  }
  note(
      "what is beside the archives (manifests, installers) goes into a folder that a web server "
      "shows; set its `url`");
  DestinationSettings folder = folder_destination(config.product.name);
  folder.carries_words = {"site"};
  config.destinations.push_back(std::move(folder));
}

}  // namespace releaser::import
