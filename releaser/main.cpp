#include "base/error.hpp"
#include "releaser/commands/all_commands.hpp"

#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>

namespace {

std::optional<trust::SecretBytes> take_secret(const char* variable) {
  auto text = base::take_secret_variable(variable);
  return text ? std::optional(trust::SecretBytes::take(*text)) : std::nullopt;
}

int run(const std::vector<std::string>& arguments) {
  // Secrets leave the environment before anything else reads or inherits it.
  auto key = take_secret("CCO_RELEASE_KEY");
  auto password = take_secret("CCO_RELEASE_PASSWORD");
  const auto environment = base::Environment::of_process();
  const releaser::Services services{
      .environment = environment,
      .now = base::system_now(),
      .terminal = base::inspect_terminal(environment.find("NO_COLOR").has_value(),
                                         environment.find("TERM").value_or("")),
      .out = std::cout,
      .errors = std::cerr,
      .release_key = std::move(key),
      .release_password = std::move(password),
      .take_secret =
          [](const std::string& variable) { return base::take_secret_variable(variable.c_str()); },
  };
  const releaser::CommandLine command_line(services);
  const int status = base::run_program(command_line.program, arguments, std::cout);
  std::cout.flush();
  if (!std::cout && !base::output_is_unread()) {
    throw base::Error(base::Errc::cannot_write, "the result cannot be written to standard output");
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away (`| head`) is an error of write(2), not the end of a half-done publish.
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): it cannot fail for SIGPIPE
  try {
    return run({argv + 1, argv + argc});
  } catch (const base::Error& error) {
    std::cerr << "cco-release: " << error.what() << '\n';
    return base::exit_status(error.code());
  } catch (const std::filesystem::filesystem_error& error) {
    const base::Error known = base::system_error(error.path1().native(), error.code().value());
    std::cerr << "cco-release: " << known.what() << '\n';
    return base::exit_status(known.code());
  } catch (const std::exception& error) {
    std::cerr << "cco-release: internal error: " << error.what() << '\n';
    return base::exit_status(base::Errc::internal);
  }
}
