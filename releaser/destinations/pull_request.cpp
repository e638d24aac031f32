#include "releaser/destinations/pull_request.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <array>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

constexpr int kMaxOpenPages = 40;
constexpr int kMaxClosedPages = 2;  // newest first
constexpr std::size_t kGiteaPage = 50;

ApiAccess access_to(const ApiRepository& repository, const git::Remote& remote) {
  const bool is_file = remote.token_variable.find('/') != std::string::npos;
  ApiAccess access{
      .host = repository.is_gitea() ? "Gitea" : "GitHub",
      .repository = repository.repository,
      .token = remote.token,
      .token_from = cat(is_file ? "the file " : "the variable ", remote.token_variable),
      .permission = repository.is_gitea()
                        ? "scope `write:repository`"
                        : "permission `Pull requests: write` beside `Contents: write` (a classic "
                          "token: scope `repo` or `public_repo`)",
      .api_example = repository.is_gitea() ? "https://HOST/api/v1"
                                           : "https://HOST/api/v3 of GitHub Enterprise",
      .foreign_tokens = {},
      .headers = {{"Accept",
                   repository.is_gitea() ? "application/json" : "application/vnd.github+json"}},
      .what = "pull requests"};
  if (!repository.is_gitea()) access.headers.emplace_back("X-GitHub-Api-Version", "2022-11-28");
  return access;
}

base::Url pulls_url(const ApiRepository& repository) {
  return base::Url::parse(cat(repository.api_url, "/repos/", repository.repository, "/pulls"));
}

}  // namespace

std::string known_api_url(std::string_view origin) {
  if (origin == "https://github.com") return "https://api.github.com";
  for (const std::string_view host : {"https://codeberg.org", "https://gitea.com"})
    if (origin == host) return cat(host, "/api/v1");
  return {};
}

std::optional<ApiRepository> api_repository(const git::Remote& remote, std::string_view api_url) {
  const std::string origin = remote.origin();
  if (origin.empty() || api_url.empty()) return std::nullopt;
  // What is behind the origin: "owner/name.git", below a folder or not.
  const std::size_t begin = remote.url.find('/', std::string_view("https://").size());
  if (begin == std::string::npos) return std::nullopt;
  std::string path = remote.url.substr(begin);
  while (path.ends_with('/'))
    path.pop_back();
  if (path.ends_with(".git")) path.resize(path.size() - 4);
  const std::size_t name = path.rfind('/');
  if (name == std::string::npos || name == 0) return std::nullopt;
  const std::size_t owner = path.rfind('/', name - 1);
  if (owner + 1 == name || name + 1 == path.size()) return std::nullopt;
  return ApiRepository{std::string(api_url), path.substr(owner + 1)};
}

PullRequests::PullRequests(const Network& network, ApiRepository repository,
                           const git::Remote& remote, std::string head, std::string base)
    : m_repository(std::move(repository)),
      m_head(std::move(head)),
      m_base(std::move(base)),
      m_api(network, access_to(m_repository, remote)) {
  m_api.require_token();
}

// Nothing where it is one of other branches, or comes from a fork.
std::optional<PullRequest> PullRequests::read(const json::Value& item) const {
  const json::ObjectReader pull(item, "pull request", Errc::network);
  const auto head = pull.optional_object("head");
  const auto base = pull.optional_object("base");
  if (!head || !base) return std::nullopt;
  const auto id_of = [](const json::ObjectReader& side) -> std::optional<std::uint64_t> {
    const auto repository = side.optional_object("repo");  // null where the fork was deleted
    if (!repository) return std::nullopt;
    return repository->number("id");
  };
  // Gitea calls the head of one that is merged and deleted refs/pull/N/head, and keeps its label.
  const std::string label = head->optional_text("label").value_or("");
  const bool is_ours = head->optional_text("ref") == m_head || label == m_head;
  if (!is_ours || base->optional_text("ref") != m_base || id_of(*head) != id_of(*base))
    return std::nullopt;
  PullRequest found{.number = pull.number("number"),
                    .url = pull.text("html_url"),
                    .is_open = pull.text("state") == "open",
                    .is_merged = false,
                    .title = pull.optional_text("title").value_or(""),
                    .body = pull.optional_text("body").value_or("")};
  found.is_merged = pull.optional_text("merged_at").has_value();
  return found;
}

std::optional<PullRequest> PullRequests::find_among(std::string_view state, int max_pages) {
  // Gitea has no filter by branch.
  const std::string owner = m_repository.repository.substr(0, m_repository.repository.find('/'));
  const std::string filter =
      m_repository.is_gitea()
          ? cat("&limit=", kGiteaPage)
          : cat("&per_page=100&head=", base::percent_encode(cat(owner, ":", m_head)),
                "&base=", base::percent_encode(m_base));
  std::optional<PullRequest> newest;
  std::uint64_t seen = 0;
  for (int number = 1; number <= max_pages; ++number) {
    const Page page = m_api.list(base::Url::parse(
        cat(pulls_url(m_repository).text(), "?state=", state, filter, "&page=", number)));
    for (const json::Value& item : page.items) {
      auto pull = read(item);
      if (!pull) continue;
      if (pull->is_open) return pull;
      if (!newest || newest->number < pull->number) newest = std::move(pull);
    }
    seen += page.items.size();
    const bool has_more = page.total ? seen < *page.total : page.has_next;
    if (page.items.empty() || !has_more) break;
  }
  return newest;
}

std::optional<PullRequest> PullRequests::find() {
  if (!m_repository.is_gitea()) return find_among("all", kMaxClosedPages);
  if (auto open = find_among("open", kMaxOpenPages)) return open;
  return find_among("closed", kMaxClosedPages);
}

PullRequest PullRequests::open(const std::string& title, const std::string& body) {
  for (int tries = 1;; ++tries) {
    const Written written = m_api.write(
        base::HttpMethod::post, pulls_url(m_repository),
        json::Object{{"title", title}, {"head", m_head}, {"base", m_base}, {"body", body}});
    if (written.doubt.empty() && written.problem.empty()) {
      if (auto made = read(written.body)) return std::move(*made);
      throw Error(Errc::network, cat(m_api.access().host,
                                     " opened another pull request than it was "
                                     "asked for"));
    }
    // Somebody was faster, or an earlier try came through.
    if (auto known = find(); known && known->is_open) return std::move(*known);
    if (!written.problem.empty()) throw Error(Errc::conflict, written.problem);
    m_api.wait_or_give_up(tries, written.doubt);
  }
}

void PullRequests::change(const PullRequest& known, const std::string& title,
                          const std::string& body) {
  const std::string number = std::to_string(known.number);
  const std::array<std::string_view, 1> part{number};
  for (int tries = 1;; ++tries) {
    const Written written =
        m_api.write(base::HttpMethod::patch, pulls_url(m_repository).child_of_parts(part),
                    json::Object{{"title", title}, {"body", body}});
    if (!written.problem.empty()) throw Error(Errc::conflict, written.problem);
    if (written.doubt.empty()) return;
    m_api.wait_or_give_up(tries, written.doubt);
  }
}

}  // namespace releaser
