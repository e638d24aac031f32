#include "agent/account.hpp"
#include "agent/build_form.hpp"
#include "agent/commands.hpp"
#include "agent/file_system.hpp"
#include "agent/identity_section.hpp"
#include "agent/trusted_environment.hpp"
#include "base/command_table.hpp"
#include "base/error.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <exception>
#include <iostream>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace {

base::Environment own_environment() {
  base::Environment environment = base::Environment::of_process();
  return agent::is_privileged() ? agent::trusted_environment(environment) : environment;
}

// All that main finds out and owns to the end.
struct Session {
  base::Environment environment = own_environment();
  base::Path executable = agent::own_executable();
  base::Time now = base::system_now();
  std::optional<schema::Identity> identity;
  std::optional<base::Messages> messages;
  std::optional<agent::Services> services;

  const agent::Services& services_of(const base::Arguments& arguments);
};

const agent::Services& Session::services_of(const base::Arguments& arguments) {
  if (services) {
    return *services;
  }
  messages.emplace(std::cerr,
                   base::inspect_terminal(environment.find("NO_COLOR").has_value(),
                                          environment.find("TERM").value_or("")),
                   arguments.has("--quiet")     ? base::Verbosity::quiet
                   : arguments.has("--verbose") ? base::Verbosity::verbose
                                                : base::Verbosity::normal);
  std::optional<base::Path> prefix;
  if (const auto text = arguments.value("--prefix")) {
    prefix = base::Path(*text);
  }
  services.emplace(
      agent::Services{.identity = *identity,
                      .environment = environment,
                      .executable = executable,
                      .now = now,
                      .messages = *messages,
                      .out = std::cout,
                      .layout = agent::make_layout(*identity, environment, executable, prefix),
                      .json = arguments.has("--json"),
                      .self_update = agent::kSelfUpdate});
  return *services;
}

void append(std::vector<base::Command>& commands, std::vector<base::Command> more) {
  for (base::Command& command : more) {
    commands.push_back(std::move(command));
  }
}

base::Program make_program(Session& session) {
  base::Program program;
  const auto option = [](std::string name, std::string help) {
    return base::Option{.name = std::move(name),
                        .short_name = "",
                        .value = "",
                        .help = std::move(help),
                        .choices = {}};
  };
  program.common_options = {option("--json", "print the result as JSON"),
                            option("--quiet", "print results and warnings only"),
                            option("--verbose", "say more about what is done")};
  if (!session.identity) {
    program.name = "cco";
    program.version = "unstamped development build";
    program.summary =
        "A build without an identity: `cco-release stamp` gives it a product to serve.";
    program.commands.push_back(agent::version_command(session.identity, std::cout));
    return program;
  }
  const schema::Identity& identity = *session.identity;
  program.name = identity.agent;
  program.version = identity.version.text();
  program.summary = base::cat("Installs, updates and rolls back ", identity.product, ".");
  const agent::ServicesOf services_of =
      [&session](const base::Arguments& arguments) -> const agent::Services& {
    return session.services_of(arguments);
  };
  append(program.commands, agent::changing_commands(services_of));
  append(program.commands, agent::reading_commands(services_of));
  append(program.commands, agent::service_commands(services_of));
  program.commands.push_back(agent::version_command(session.identity, std::cout));
  program.commands.push_back(
      agent::completion_command([&session] { return make_program(session); }, std::cout));
  program.commands.push_back(agent::probe_command(identity, std::cout));
  agent::name_program_in_examples(program);
  if (agent::kSelfUpdate == agent::SelfUpdate::left_to_distribution) {
    agent::say_left_to_distribution(program.commands);
  }
  return program;
}

int run(const std::vector<std::string>& arguments, std::string& name) {
  Session session;
  session.identity = agent::read_own_identity();
  const base::Program program = make_program(session);
  name = program.name;
  if (!session.identity && !arguments.empty() && !arguments.front().starts_with('-') &&
      arguments.front() != "version") {
    throw base::Error(base::Errc::config,
                      "this build has no identity, so there is nothing that it could install; "
                      "`cco-release stamp` gives it one");
  }
  const int status = base::run_program(program, arguments, std::cout);
  std::cout.flush();
  if (!std::cout && !base::output_is_unread()) {
    throw base::Error(base::Errc::cannot_write, "standard output cannot be written");
  }
  return status;
}

// A message is one line, whatever names and bytes of other people it repeats.
std::string one_line(std::string_view message) {
  constexpr std::size_t kMaxMessageBytes = std::size_t{16} * 1024;
  return base::replace_all(base::safe_text(message, kMaxMessageBytes), "\n", " ");
}

}  // namespace

int main(int argument_count, char** argument_values) {
  std::string name = "cco";
  agent::outlive_failed_writes();
  try {
    return run(std::vector<std::string>(argument_values + (argument_count > 0 ? 1 : 0),
                                        argument_values + argument_count),
               name);
  } catch (const base::Error& error) {
    std::cerr << name << ": " << one_line(error.what()) << '\n';
    return base::exit_status(error.code());
  } catch (const std::bad_alloc&) {
    std::cerr << name << ": " << base::system_error("memory", ENOMEM).what() << '\n';
    return base::exit_status(base::Errc::cannot_write);
  } catch (const std::exception& error) {
    std::cerr << name << ": internal error: " << error.what() << '\n';
    return base::exit_status(base::Errc::internal);
  }
}
