#include "agent/commands/changing.hpp"
#include "agent/managed.hpp"
#include "agent/policy.hpp"
#include "agent/settings.hpp"
#include "agent/site_memory.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace agent {

void report_change(const Services& services, const InstallOutcome& outcome, std::string_view action,
                   const std::string& line) {
  for (const std::string& remark : outcome.remarks) {
    services.messages.warn(remark);
  }
  if (!services.json) {
    services.out << line << '\n';
    return;
  }
  const std::vector<std::string> remarks = all_remarks(outcome);
  const base::json::Object report{
      {"schema", 1},
      {"product", services.identity.product},
      {"action", action},
      {"version", outcome.version.text()},
      {"from", outcome.from ? base::json::Value(outcome.from->text()) : base::json::Value()},
      {"downloaded_bytes", outcome.downloaded_bytes},
      {"remarks", base::json::Array(remarks.begin(), remarks.end())}};
  services.out << base::json::write(report, base::json::Style::pretty);
}

base::Command rollback_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "rollback";
  command.summary = "go back to the version before, or to another one that is kept";
  command.description =
      "Points PATH at a version that is still here; nothing is downloaded. Updates then wait until "
      "something newer than the version that was left appears.";
  command.options = {{.name = "--to",
                      .short_name = "",
                      .value = "VERSION",
                      .help = "the version to go to; without it, the one before",
                      .choices = {}}};
  command.examples = {{"rollback", "back to the version before the last update"},
                      {"rollback --to 2026.10.2", "to this one, where `list` shows it"}};
  command.run = [services_of](const base::Arguments& arguments) {
    const Services& services = services_of(arguments);
    require_unmanaged(services);
    const WriteAccess access(services);
    RollbackOrder order;
    if (const auto to = arguments.value("--to")) {
      order.target = schema::Version::parse(*to);
    }
    if (const auto target = order.target ? order.target : previous_version(services.layout)) {
      require_allowed(machine_policy(services), *target);
    }
    order.security_floor = known_security_floor(services);
    const InstallOutcome outcome = rollback(services, access, order);
    if (outcome.from == outcome.version) {
      report_change(
          services, outcome, "unchanged",
          base::cat(services.identity.product, " is at ", outcome.version.text(), " already"));
      return base::exit_status(base::Errc::done);
    }
    report_change(
        services, outcome, "rolled-back",
        base::cat(services.identity.product, " is at ", outcome.version.text(), " again",
                  outcome.from && outcome.version < *outcome.from
                      ? base::cat("; updates wait for something newer than ", outcome.from->text(),
                                  " (`", services.layout.program, " update --version ",
                                  outcome.from->text(), "` takes it anyway)")
                      : ""));
    require_found(services, outcome);
    return base::exit_status(base::Errc::done);
  };
  return command;
}

}  // namespace agent
