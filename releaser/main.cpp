#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/ci_job/guarded_stream.hpp"
#include "releaser/ci_job/output_file.hpp"
#include "releaser/ci_job/workflow_job.hpp"
#include "releaser/commands/all_commands.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <ostream>

namespace {

std::optional<trust::SecretBytes> take_secret(const char* variable) {
  auto text = base::take_secret_variable(variable);
  return text ? std::optional(trust::SecretBytes::take(*text)) : std::nullopt;
}

// In a job whose log the runner reads, and not where a step keeps the result in a file; as JSON it
// is the same result, and a later step may print the file.
std::unique_ptr<releaser::GuardedStream> guard_of_output(const std::vector<std::string>& arguments,
                                                         const releaser::WorkflowJob* job) {
  using releaser::Guard;
  const bool is_json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  if (job == nullptr || (!is_json && releaser::output_is_file())) return nullptr;
  return std::make_unique<releaser::GuardedStream>(std::cout, is_json ? Guard::json : Guard::text);
}

int run(const std::vector<std::string>& arguments, std::unique_ptr<releaser::WorkflowJob>& job) {
  // Secrets leave the environment before anything else reads or inherits it.
  auto key = take_secret("CCO_RELEASE_KEY");
  auto password = take_secret("CCO_RELEASE_PASSWORD");
  const auto environment = base::Environment::of_process();
  job = releaser::WorkflowJob::of(environment, std::cerr);
  auto guarded = guard_of_output(arguments, job.get());
  std::ostream& out = guarded ? *guarded : std::cout;
  const releaser::Services services{
      .environment = environment,
      .now = base::system_now(),
      .terminal = base::inspect_terminal(environment.find("NO_COLOR").has_value(),
                                         environment.find("TERM").value_or("")),
      .out = out,
      .errors = job ? job->log() : std::cerr,
      .release_key = std::move(key),
      .release_password = std::move(password),
      .take_secret =
          [](const std::string& variable) { return base::take_secret_variable(variable.c_str()); },
      .job = job.get(),
  };
  const releaser::CommandLine command_line(services);
  const int status = base::run_program(command_line.program, arguments, out);
  out.flush();
  if (!std::cout && !base::output_is_unread()) {
    throw base::Error(base::Errc::cannot_write, "the result cannot be written to standard output");
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away (`| head`) is an error of write(2), not the end of a half-done publish.
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): it cannot fail for SIGPIPE
  std::unique_ptr<releaser::WorkflowJob> job;
  const auto fail = [&](const base::Error& error) {
    if (job) {
      job->fail(error);
    } else {
      std::cerr << "cco-release: " << error.what() << '\n';
    }
    return base::exit_status(error.code());
  };
  try {
    return run({argv + 1, argv + argc}, job);
  } catch (const base::Error& error) {
    return fail(error);
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(base::system_error(error.path1().native(), error.code().value()));
  } catch (const std::exception& error) {
    return fail({base::Errc::internal, base::cat("internal error: ", error.what())});
  }
}
