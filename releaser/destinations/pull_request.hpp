#pragma once

#include "releaser/destinations/network.hpp"
#include "releaser/destinations/release_api.hpp"
#include "releaser/git/remote.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace releaser {

// A repository as the API of its host knows it.
struct ApiRepository {
  std::string api_url;     // "https://api.github.com"
  std::string repository;  // "owner/name"
  [[nodiscard]] bool is_gitea() const { return api_url.ends_with("/api/v1"); }
};

// The API of a host whose address tells it ("https://github.com"); else empty. Pure.
std::string known_api_url(std::string_view origin);

// The repository that git reaches by `remote`; nothing where that is no https:// address of
// owner/name, or no API is known. Pure.
std::optional<ApiRepository> api_repository(const git::Remote& remote, std::string_view api_url);

struct PullRequest {
  std::uint64_t number = 0;
  std::string url;  // its page
  bool is_open = false, is_merged = false;
  std::string title, body;
};

// Pull requests of one branch into another of the same repository. Writes are tried again after the
// state was read again. Errors as ReleaseApi has them; Errc::permission names what a token lacks.
class PullRequests {
 public:
  PullRequests(const Network& network, ApiRepository repository, const git::Remote& remote,
               std::string head, std::string base);

  // The one that is open, else the one that was closed or merged last.
  [[nodiscard]] std::optional<PullRequest> find();
  // Gives the one that is open by then, this run's or not.
  PullRequest open(const std::string& title, const std::string& body);
  void change(const PullRequest& known, const std::string& title, const std::string& body);

 private:
  [[nodiscard]] std::optional<PullRequest> find_among(std::string_view state, int max_pages);
  [[nodiscard]] std::optional<PullRequest> read(const base::json::Value& item) const;

  ApiRepository m_repository;
  std::string m_head, m_base;
  ReleaseApi m_api;
};

}  // namespace releaser
