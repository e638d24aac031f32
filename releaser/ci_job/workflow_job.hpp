#pragma once

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/terminal.hpp"
#include "releaser/ci_job/guarded_stream.hpp"

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

namespace releaser {

// The job of GitHub Actions, Gitea Actions or Forgejo Actions that runs this process: it reads
// annotations and groups from the log, and results from files that it names.
class WorkflowJob final : public base::MarkedLog {
 public:
  // What the environment says of it; null outside of such a job.
  //   log  standard error; outlives this
  static std::unique_ptr<WorkflowJob> of(const base::Environment& environment, std::ostream& log);

  // The log for messages, in which nothing is a command.
  [[nodiscard]] std::ostream& log() { return m_guarded; }

  void warn(std::string_view line) override;
  void begin_group(std::string_view title) override;
  void end_group() override;
  // An annotation for each problem that the message names, in the configuration where it is there.
  void error(std::string_view message);
  // The same, for what ends the program; and for its page, unless a summary says more.
  void fail(const base::Error& failure);

  // The command is one that the job's page tells of. `name`: "publish".
  void begin(std::string_view name) { m_command = name; }
  void configured_by(const base::Path& file);

  // For later steps, as steps.ID.outputs.NAME. Values may have several lines.
  void put_output(std::string_view name, std::string_view value);
  // Markdown at the end of what the page shows of this step.
  void put_summary(std::string_view markdown);

 private:
  WorkflowJob(std::ostream& log, base::Path workspace, base::Path output, base::Path summary);
  void annotate(std::string_view level, std::string_view message);
  void append(const base::Path& file, std::string_view text);

  std::ostream& m_log;
  GuardedStream m_guarded;
  base::Path m_workspace, m_output, m_summary;
  std::string m_command;
  std::string m_config_name;  // "cco-release.toml"
  std::string m_config_path;  // below the workspace: "tools/cco-release.toml"
  bool m_has_summary = false;
};

}  // namespace releaser
