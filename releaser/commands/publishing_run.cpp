#include "releaser/commands/publishing_run.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/ci_job/workflow_job.hpp"
#include "releaser/commands/stop_notice.hpp"
#include "releaser/stages/each_destination.hpp"

#include <algorithm>
#include <filesystem>

namespace releaser {

namespace json = base::json;

namespace {

// A destination that failed may have left the run, or only the step that failed.
std::size_t places_without_failure(const Run& run) {
  const auto count = [&](const auto& places, const auto& name_of) {
    return std::count_if(places.begin(), places.end(),
                         [&](const auto& place) { return !has_failed(run, name_of(place)); });
  };
  return static_cast<std::size_t>(
      count(run.destinations, [](const auto& each) { return each->name(); }) +
      count(run.packages, [](const auto& each) { return each.name(); }));
}

}  // namespace

void run_or_rehearse(const Services& services, const base::Arguments& arguments, RunOptions options,
                     const JobSubject& subject, const std::function<void(Run&)>& work) {
  if (services.job != nullptr) services.job->begin(subject.command);
  if (!options.dry_run) {
    tell_when_stopped();
    with_run(services, arguments, std::move(options), [&](Run& run) {
      const DistFolder dist(run);
      run.acquires = !run.options.sign_only;
      run_in_job(services, run, subject, [&] { work(run); });
    });
    return;
  }
  const base::Path parent = services.environment.find("TMPDIR").value_or("/tmp");
  const base::TemporaryDirectory dist(parent, "cco-release-");
  const base::Path real_dist = options.dist;
  options.dist = dist.path();
  with_run(services, arguments, std::move(options), [&](Run& run) {
    run.dist_to_copy_record_from = real_dist.empty() ? default_dist(run.config) : real_dist;
    run_in_job(services, run, subject, [&] { work(run); });
  });
}

std::string short_path(const base::Path& path) {
  const base::Path relative =
      std::filesystem::absolute(path).lexically_normal().lexically_proximate(
          std::filesystem::current_path());
  return relative.native().size() < path.native().size() ? relative.string() : path.string();
}

json::Array json_of_actions(const Run& run) {
  json::Array actions;
  actions.reserve(run.actions.size());
  for (const Action& action : run.actions)
    actions.emplace_back(json::Object{{"action", action.what}, {"destination", action.where}});
  return actions;
}

json::Array json_of_failures(const Run& run) {
  json::Array failures;
  failures.reserve(run.failures.size());
  for (const DestinationFailure& failure : run.failures) {
    failures.emplace_back(json::Object{{"destination", failure.name},
                                       {"status", base::exit_status(failure.code)},
                                       {"problem", failure.problem}});
  }
  return failures;
}

json::Array json_of_proposed(const Run& run) {
  json::Array proposed;
  proposed.reserve(run.proposed.size());
  for (const ProposedChange& change : run.proposed) {
    proposed.emplace_back(json::Object{{"destination", change.name},
                                       {"url", change.url},
                                       {"state", change.is_open ? "open" : "closed"}});
  }
  return proposed;
}

std::string what_was_done(const Run& run, const std::vector<std::string_view>& places) {
  std::vector<std::string> done;
  for (const Action& action : run.actions)
    if (std::find(places.begin(), places.end(), action.where) != places.end())
      done.push_back(action.what);
  return done.empty() ? "nothing to do" : base::join(done, ", ");
}

void print_packages(const Run& run, std::ostream& out) {
  for (const PackageRepository& repository : run.packages) {
    if (has_failed(run, repository.name())) continue;
    out << repository.name() << " (" << repository.place()
        << "): " << what_was_done(run, repository.kinds) << '\n';
  }
  for (const ProposedChange& change : run.proposed)
    out << change.name << ": waits for " << change.url
        << (change.is_open ? " to be merged\n" : ", which was closed\n");
}

std::string what_was_written(const Run& run, const Destination& destination) {
  const auto count =
      std::count_if(run.actions.begin(), run.actions.end(),
                    [&](const Action& action) { return action.where == destination.name(); });
  if (count == 0) return "nothing to do";
  return base::cat(count, count == 1 ? " file" : " files", " written and verified");
}

bool has_failed(const Run& run, const std::string& name) {
  return std::any_of(run.failures.begin(), run.failures.end(),
                     [&](const DestinationFailure& failure) { return failure.name == name; });
}

void throw_if_some_failed(const Run& run) {
  if (run.failures.empty()) return;
  const bool only_waits =
      std::all_of(run.failures.begin(), run.failures.end(),
                  [](const DestinationFailure& failure) { return failure.awaits_person; });
  if (only_waits) {
    std::vector<std::string> lines;
    lines.reserve(run.failures.size());
    for (const DestinationFailure& failure : run.failures)
      lines.push_back(failure.problem);
    throw base::Error(base::Errc::partial, base::join(lines, "\n  "));
  }
  throw failure_of(run.failures, run.failures.size() + places_without_failure(run),
                   base::Errc::partial,
                   "; mend that and run the same command again, which does what is missing");
}

}  // namespace releaser
