#include "releaser/ci_job/workflow_job.hpp"

#include "base/random.hpp"
#include "base/text.hpp"
#include "releaser/ci_job/job_summary.hpp"
#include "releaser/ci_job/workflow_command.hpp"

#include <filesystem>
#include <fstream>

namespace releaser {

using base::cat;

std::unique_ptr<WorkflowJob> WorkflowJob::of(const base::Environment& environment,
                                             std::ostream& log) {
  if (environment.find("GITHUB_ACTIONS") != "true") return nullptr;
  const auto path = [&](std::string_view name) {
    return base::Path(environment.find(name).value_or(""));
  };
  return std::unique_ptr<WorkflowJob>(new WorkflowJob(
      log, path("GITHUB_WORKSPACE"), path("GITHUB_OUTPUT"), path("GITHUB_STEP_SUMMARY")));
}

WorkflowJob::WorkflowJob(std::ostream& log, base::Path workspace, base::Path output,
                         base::Path summary)
    : m_log(log),
      m_guarded(log, Guard::text),
      m_workspace(std::move(workspace)),
      m_output(std::move(output)),
      m_summary(std::move(summary)) {}

void WorkflowJob::configured_by(const base::Path& file) {
  m_config_name = file.filename().string();
  std::error_code ignored;
  const base::Path absolute = std::filesystem::weakly_canonical(file, ignored);
  const base::Path workspace = std::filesystem::weakly_canonical(m_workspace, ignored);
  const base::Path below = absolute.lexically_relative(workspace);
  const bool is_below = !m_workspace.empty() && !below.empty() && *below.begin() != "..";
  m_config_path = (is_below ? below : absolute).string();
}

void WorkflowJob::annotate(std::string_view level, std::string_view message) {
  std::string file;
  const auto line = line_named(message, m_config_name);
  if (line) file = m_config_path;
  m_log << workflow_command(
               level,
               {{"file", file},
                {"line", line.value_or("")},
                {"title", m_command.empty() ? "cco-release" : cat("cco-release ", m_command)}},
               base::safe_text(message, 16UL * 1024))
        << '\n'
        << std::flush;
}

void WorkflowJob::warn(std::string_view line) { annotate("warning", line); }

void WorkflowJob::begin_group(std::string_view title) {
  m_log << workflow_command("group", {}, title) << '\n' << std::flush;
}

void WorkflowJob::end_group() {
  m_log << workflow_command("endgroup", {}, "") << '\n' << std::flush;
}

void WorkflowJob::error(std::string_view message) {
  for (const std::string& part : parts_of(message))
    annotate("error", part);
}

void WorkflowJob::fail(const base::Error& failure) {
  error(failure.what());
  if (m_has_summary || m_command.empty()) return;
  put_summary(cat("### cco-release ", m_command, "\n\n", summary_of_failure(failure)));
}

void WorkflowJob::put_output(std::string_view name, std::string_view value) {
  // Nobody can foresee the word that ends the value.
  const std::string end = cat("cco-release-", base::random_hex(16));
  append(m_output, cat(name, "<<", end, '\n', value, '\n', end, '\n'));
}

void WorkflowJob::put_summary(std::string_view markdown) {
  m_has_summary = true;
  append(m_summary, markdown);
}

void WorkflowJob::append(const base::Path& file, std::string_view text) {
  if (file.empty()) return;
  std::ofstream out(file, std::ios::app | std::ios::binary);
  out << text << std::flush;
  // What was published stays so, whatever becomes of the report.
  if (!out) warn(cat("cannot write ", file.string(), ", in which the job wants results"));
}

}  // namespace releaser
