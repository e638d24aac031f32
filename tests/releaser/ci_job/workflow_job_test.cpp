#include "releaser/ci_job/workflow_job.hpp"

#include "base/file.hpp"

#include <doctest/doctest.h>

#include <map>
#include <sstream>

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

struct Job {
  base::TemporaryDirectory folder{"/tmp", "ci-job-"};
  std::ostringstream log;
  std::unique_ptr<releaser::WorkflowJob> job = releaser::WorkflowJob::of(
      base::Environment(Variables{{"GITHUB_ACTIONS", "true"},
                                  {"GITHUB_WORKSPACE", folder.path().string()},
                                  {"GITHUB_OUTPUT", (folder.path() / "output").string()},
                                  {"GITHUB_STEP_SUMMARY", (folder.path() / "summary").string()}}),
      log);
  [[nodiscard]] std::string file(const char* name) const {
    return base::read_file_if_exists(folder.path() / name, 10000).value_or("");
  }
};

}  // namespace

TEST_SUITE("releaser/ci_job/workflow_job") {
  TEST_CASE("there is one only where the environment says so") {
    std::ostringstream log;
    for (const char* const value : {"", "false", "1"}) {
      const base::Environment environment(Variables{{"GITHUB_ACTIONS", value}, {"CI", "true"}});
      CHECK(releaser::WorkflowJob::of(environment, log) == nullptr);
    }
  }

  TEST_CASE("problems stand at their line of the configuration, below the workspace") {
    Job job;
    job.job->begin("check");
    base::make_directories(job.folder.path() / "tools");
    job.job->configured_by(job.folder.path() / "tools" / "cco-release.toml");
    job.job->error("2 problems:\n  cco-release.toml:12: unknown key\n  no key: 5 %");
    job.job->warn("a\n::b");
    CHECK(job.log.str() ==
          "::error file=tools/cco-release.toml,line=12,title=cco-release "
          "check::cco-release.toml:12: unknown key\n"
          "::error title=cco-release check::no key: 5 %25\n"
          "::warning title=cco-release check::a%0A::b\n");
  }

  TEST_CASE("what ends the program is on the page unless a summary is there") {
    Job job;
    job.job->fail({base::Errc::usage, "no"});
    CHECK(job.file("summary").empty());
    job.job->begin("publish");
    job.job->fail({base::Errc::config, "no key"});
    CHECK(job.file("summary") ==
          "### cco-release publish\n\n**It ended with status 3.**\n\n- no key\n\n");
    job.job->fail({base::Errc::config, "again"});
    CHECK(job.file("summary").find("again") == std::string::npos);
  }

  TEST_CASE("an output cannot end itself") {
    Job job;
    job.job->put_output("urls", "a\nEOF\nversion=2");
    const std::string text = job.file("output");
    const std::size_t end = text.find('\n');
    const std::string word = text.substr(6, end - 6);
    CHECK(text == "urls<<" + word + "\na\nEOF\nversion=2\n" + word + "\n");
    CHECK(word.size() > 32);
    job.job->put_output("x", "y");
    CHECK(job.file("output").find("x<<" + word) == std::string::npos);
  }

  TEST_CASE("a file that cannot be written is a warning") {
    std::ostringstream log;
    const auto job = releaser::WorkflowJob::of(
        base::Environment(Variables{{"GITHUB_ACTIONS", "true"}, {"GITHUB_OUTPUT", "/nowhere/x"}}),
        log);
    job->put_output("a", "b");
    job->put_summary("c");
    CHECK(log.str() ==
          "::warning title=cco-release::cannot write /nowhere/x, in which the job wants results\n");
  }

  TEST_CASE("messages through its log are no commands") {
    Job job;
    job.job->log() << "::error::x\n" << std::flush;
    job.job->begin_group("sign\n::x");
    job.job->end_group();
    CHECK(job.log.str() == ": :error::x\n::group::sign%0A::x\n::endgroup::\n");
  }
}
