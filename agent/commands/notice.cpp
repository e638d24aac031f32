#include "agent/notice.hpp"

#include "agent/commands/commands.hpp"
#include "agent/detached.hpp"
#include "agent/managed.hpp"
#include "agent/settings.hpp"
#include "base/error.hpp"

namespace agent {
namespace {

constexpr std::chrono::seconds kCheckLimit{2};

int run_notice(const Services& services) {
  if (services.self_update == SelfUpdate::left_to_distribution) return 0;
  const NoticeSurroundings surroundings{
      .terminal = services.messages.terminal().messages,
      .in_ci = is_in_ci(services.environment),
      .turned_off =
          own_variable(services.identity, services.environment, "NO_UPDATE_CHECK").has_value()};
  const Config config = load_config(services).config;
  if (!may_notify(surroundings, config)) return 0;
  const auto record = read_fit_check_record(services.layout);
  const auto current = current_version(services.layout);
  if (const auto text = notice_text(record, config, current, services.identity.product,
                                    services.layout.program)) {
    services.messages.stream() << *text;
  }
  // Whose program this is takes longest to find out: only a check that is due asks.
  if (current && check_is_due(record, config, services.now) &&
      find_ownership(services).keeper == Keeper::itself) {
    start_detached(services.executable, {"update", "--check", "--unattended", "--quiet"},
                   kCheckLimit);
  }
  return 0;
}

}  // namespace

base::Command notice_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "notice";
  command.summary = "say on the terminal if an update is known";
  command.description =
      "For a program that wants to tell its users: it shows on standard error what the last check "
      "found, and never asks the network itself. A check that is due is started in the background "
      "for at most two seconds. Says nothing without a terminal, in CI, or where "
      "updates.notify_on_update is false.";
  command.examples = {{"notice", "what a program calls when it starts"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_notice(services_of(arguments));
  };
  return command;
}

}  // namespace agent
