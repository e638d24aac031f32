#include "releaser/commands/job_report.hpp"

#include "base/text.hpp"
#include "releaser/ci_job/job_summary.hpp"
#include "releaser/ci_job/workflow_job.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;

enum class Ended { well, early };

// As outputs and headings have it; the release of a run is known after its first stage.
JobSubject filled(JobSubject subject, const Run& run) {
  if (run.identity) {
    subject.version = run.identity->version.text();
    subject.channel = schema::channel_name(run.identity->channel);
  }
  return subject;
}

std::size_t files_at(const Run& run, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(run.actions.begin(), run.actions.end(),
                    [&](const Action& action) { return action.where == name; }));
}

const DestinationFailure* failure_at(const Run& run, std::string_view name) {
  const auto found = std::find_if(
      run.failures.begin(), run.failures.end(), [&](const DestinationFailure& failure) {
        const auto names = base::split(failure.name, ',');  // "homebrew, scoop" where they are one
        return std::any_of(names.begin(), names.end(),
                           [&](auto each) { return base::trim(each) == name; });
      });
  return found == run.failures.end() ? nullptr : &*found;
}

std::string state_of(const Run& run, const std::string& name, Ended ended) {
  const auto* const failure = failure_at(run, name);
  if (failure != nullptr && failure->awaits_person) return "waits for a pull request";
  if (failure != nullptr) return cat("failed (status ", base::exit_status(failure->code), ")");
  if (run.skips(name)) return "skipped";
  if (run.leaves_alone(name)) return "left as it is";
  if (ended == Ended::early && run.awaits.empty()) return "not finished";
  const std::size_t files = files_at(run, name);
  if (run.options.dry_run) return files == 0 ? "nothing to do" : "would change";
  if (!run.awaits.empty()) return "waits for signatures";
  if (run.options.sign_only) return "signed for";
  if (run.is_held_back) return "not announced";
  return files == 0 ? "public, nothing to do" : "public";
}

std::vector<SummaryRow> rows_of(const Run& run, Ended ended) {
  std::vector<SummaryRow> rows;
  rows.reserve(run.config.destinations.size() + 2);
  for (const DestinationSettings& each : run.config.destinations)
    rows.push_back(
        {each.name, state_of(run, each.name, ended), files_at(run, each.name), each.url});
  for (const std::string_view kind : package_kinds(run)) {
    const std::string name(kind);
    const std::string& place =
        name == "homebrew" ? run.config.homebrew->tap : run.config.scoop->bucket;
    rows.push_back({name, state_of(run, name, ended), files_at(run, name), place});
  }
  return rows;
}

// Of the destinations that show the release, one a line.
std::string public_urls(const Run& run) {
  std::vector<std::string> urls;
  for (const auto& destination : run.destinations)
    if (!run.leaves_alone(destination->name())) urls.push_back(destination->url());
  return base::join(urls, "\n");
}

JobSummary summary_of(const Run& run, const JobSubject& subject, Ended ended) {
  JobSummary summary{.command = subject.command,
                     .subject = run.config.product.name,
                     .words = {},
                     .rows = rows_of(run, ended)};
  if (!subject.version.empty()) summary.subject += cat(" ", subject.version);
  if (!subject.channel.empty()) summary.subject += cat(" (", subject.channel, ")");
  if (run.options.dry_run) summary.words.emplace_back("A dry run: nothing was changed.");
  return summary;
}

void tell(WorkflowJob& job, const Run& run, const JobSubject& subject, const base::Error* error) {
  const JobSubject full = filled(subject, run);
  // With some failures the rest is public all the same.
  const bool is_partial =
      !run.failures.empty() && error != nullptr && error->code() == base::Errc::partial;
  const Ended ended = error == nullptr || is_partial ? Ended::well : Ended::early;
  const bool is_public = ended == Ended::well && run.awaits.empty() && !run.is_held_back &&
                         !run.options.dry_run && !run.options.sign_only &&
                         (!run.identity || run.publishes());
  job.put_output("version", full.version);
  job.put_output("channel", full.channel);
  job.put_output("urls", is_public ? public_urls(run) : "");
  std::string text = summary_text(summary_of(run, full, ended));
  if (error != nullptr) text += summary_of_failure(*error);
  job.put_summary(text);
}

}  // namespace

void run_in_job(const Services& services, const Run& run, const JobSubject& subject,
                const std::function<void()>& work) {
  if (services.job == nullptr) {
    work();
    return;
  }
  try {
    work();
  } catch (const base::Error& error) {
    tell(*services.job, run, subject, &error);
    throw;
  }
  tell(*services.job, run, subject, nullptr);
}

void tell_job(const Services& services, const Run& run, const JobSubject& subject,
              const Problems& problems) {
  if (services.job == nullptr) return;
  for (const std::string& warning : problems.warnings())
    services.job->warn(warning);
  JobSummary summary = summary_of(run, filled(subject, run), Ended::well);
  summary.rows.clear();
  if (problems.problems().empty()) summary.words.emplace_back("Ready to publish.");
  for (const Problem& problem : problems.problems()) {
    services.job->error(problem.text);
    summary.words.push_back(cat("Problem: ", problem.text));
  }
  for (const std::string& warning : problems.warnings())
    summary.words.push_back(cat("Warning: ", warning));
  services.job->put_summary(summary_text(summary));
}

}  // namespace releaser
