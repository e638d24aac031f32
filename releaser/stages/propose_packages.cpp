#include "releaser/stages/propose_packages.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/destinations/pull_request.hpp"
#include "releaser/stages/run.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr std::string_view kMarkBegin = "<!-- cco-release ";
constexpr std::string_view kMarkEnd = " -->";

// The same for the same files, wherever the branch stands: by that a pull request tells which
// change it is of.
std::string mark_of(const git::Changes& changes) {
  std::string all;
  for (const auto& [path, file] : changes) {
    all += cat(path, '\0');
    if (file) all += trust::sha256_of(file->bytes).hex();
    all += '\n';
  }
  return cat(kMarkBegin, trust::sha256_of(all).hex(), kMarkEnd);
}

std::string origin_of(std::string_view url) {
  const std::size_t slash = url.find('/', std::string_view("https://").size());
  return std::string(url.substr(0, slash));
}

std::string api_url_of(const Run& run, const PackageRepository& repository) {
  if (!repository.api_url.empty()) return repository.api_url;
  const std::string origin = repository.branch->remote().origin();
  for (const DestinationSettings& each : run.config.destinations) {
    const bool is_there = !each.api_url.empty() && origin_of(each.url) == origin;
    if (is_there && (each.type == "github" || each.type == "gitea")) return each.api_url;
  }
  return known_api_url(origin);
}

// The text with the mark of this change in place of another's. A person may have written the rest.
std::string marked(const std::string& body, const std::string& mark) {
  const std::size_t begin = body.find(kMarkBegin);
  if (begin == std::string::npos) return body;
  const std::size_t end = body.find(kMarkEnd, begin);
  if (end == std::string::npos) return body;
  return cat(body.substr(0, begin), mark, body.substr(end + kMarkEnd.size()));
}

std::string body_of(const Run& run, const std::string& mark) {
  return cat("The packages of ", run.config.product.name,
             ", as its releases are public now: everything that they name is there and was "
             "verified. A later run of cco-release changes this pull request as long as it is "
             "open.\n\n",
             mark, "\n");
}

void note_failure(Run& run, const PackageRepository& repository, const PullRequest& pull) {
  const std::string url = base::safe_text(pull.url, 300);
  const std::string branch = base::safe_text(repository.branch->name(), 200);
  run.proposed.push_back({repository.name(), url, pull.is_open});
  DestinationFailure failure{
      .name = repository.name(),
      .code = Errc::partial,
      .problem = cat(repository.name(), ": ", repository.place(), ": branch ", branch,
                     " is protected, and the change waits there as ", url,
                     pull.is_open ? "; merge it, then the same command has nothing left to do"
                                  : ", which was closed without being merged; open it again and "
                                    "merge it, or let this token push to the branch and run the "
                                    "same command again"),
      .awaits_person = true};
  run.failures.push_back(std::move(failure));
}

}  // namespace

void propose_packages(Run& run, const PackageRepository& repository, const git::Changes& changes,
                      const std::string& message) {
  git::Branch& branch = *repository.branch;
  auto host = api_repository(branch.remote(), api_url_of(run, repository));
  if (!host || branch.remote().token.empty()) {
    const Error refusal = branch.refusal();
    throw Error(refusal.code(),
                cat(refusal.what(), "; cco-release opens a pull request where it has a token and ",
                    "the host is GitHub, Gitea or Forgejo: `api_url` of [",
                    repository.kinds.front(), "] says where its API is"));
  }
  const std::string topic = cat("cco-release/", run.config.product.name);
  const std::string mark = mark_of(changes);
  PullRequests pulls(run.around.network, std::move(*host), branch.remote(), topic,
                     branch.known_name());
  auto pull = base::with_context("look for a pull request", [&] { return pulls.find(); });
  const bool is_declined =
      pull && !pull->is_open && !pull->is_merged && pull->body.find(mark) != std::string::npos;
  if (!is_declined) {
    const bool is_pushed = branch.push_aside(changes, message, topic) == git::Pushed::done;
    const std::string kind(repository.kinds.front());
    if (is_pushed) {
      for (const auto& [path, file] : changes)
        run.actions.push_back({cat("propose ", path), kind});
    }
    base::with_context(cat("branch ", topic, " has the change; open a pull request for it"), [&] {
      if (!pull || !pull->is_open) {
        pull = pulls.open(message, body_of(run, mark));
        run.actions.push_back({cat("open ", base::safe_text(pull->url, 300)), kind});
      }
      // Also where a run was stopped after its push.
      const std::string body = marked(pull->body, mark);
      if (body == pull->body) return;
      pulls.change(*pull, message, body);
      run.actions.push_back({cat("change ", base::safe_text(pull->url, 300)), kind});
    });
  }
  note_failure(run, repository, *pull);
}

}  // namespace releaser
