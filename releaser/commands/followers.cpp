#include "releaser/commands/followers.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/commands/publishing_run.hpp"
#include "releaser/stages/host_marks.hpp"
#include "releaser/stages/packages.hpp"

#include <algorithm>
#include <set>

namespace releaser {
namespace {

using base::cat;

std::set<schema::Version> newest_versions(const ChannelManifests& channels) {
  std::set<schema::Version> versions;
  for (const auto& [channel, manifest] : channels) {
    const auto latest = manifest.latest.find(channel);
    if (latest != manifest.latest.end()) versions.insert(latest->second);
  }
  return versions;
}

void open_hosts(Run& run) {
  run.destinations.clear();
  for (const DestinationSettings& settings : run.config.destinations) {
    if (settings.carries.site) continue;
    try {
      run.destinations.push_back(make_destination(settings, run.config, run.machine()));
    } catch (const base::Error& error) {
      run.failures.push_back({settings.name, error.code(), error.what(), settings.optional});
    }
  }
}

void look_at_hosts(Run& run, std::vector<Follower>& followers) {
  const std::set<schema::Version> versions = newest_versions(run.before.channels);
  open_hosts(run);
  for (const auto& destination : run.destinations) {
    Follower follower{.name = destination->name(), .place = destination->place(), .lacks = {}};
    try {
      base::with_context(destination->place(), [&] {
        for (const schema::Version& version : versions) {
          const std::string tag = cat("v", version.text());
          if (!destination->is_released(tag)) follower.lacks.push_back(cat("release ", tag));
        }
      });
      followers.push_back(std::move(follower));
    } catch (const base::Error& error) {
      run.failures.push_back(
          {destination->name(), error.code(), error.what(), destination->is_optional()});
    }
  }
  for (const Action& action : missing_marks(run, marks_of(run.before.channels, versions))) {
    const auto host = std::find_if(followers.begin(), followers.end(),
                                   [&](const Follower& each) { return each.name == action.where; });
    if (host != followers.end()) host->lacks.push_back(action.what);
  }
  std::erase_if(followers, [&](const Follower& each) { return has_failed(run, each.name); });
}

void look_at_packages(Run& run, std::vector<Follower>& followers) {
  Problems problems;
  run.packages.clear();
  open_packages(run, problems);
  for (const Problem& problem : problems.problems())
    run.failures.push_back({"packages", problem.code, problem.text, false});
  run.actions.clear();
  push_packages(run);
  for (const PackageRepository& repository : run.packages) {
    if (has_failed(run, repository.name())) continue;
    for (const std::string_view kind : repository.kinds) {
      Follower follower{.name = std::string(kind), .place = repository.place(), .lacks = {}};
      for (const Action& action : run.actions)
        if (action.where == kind) follower.lacks.push_back(action.what);
      followers.push_back(std::move(follower));
    }
  }
}

}  // namespace

std::vector<Follower> look_at_followers(Run& run) {
  std::vector<Follower> followers;
  look_at_hosts(run, followers);
  look_at_packages(run, followers);
  return followers;
}

}  // namespace releaser
