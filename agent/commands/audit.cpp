#include "agent/audit.hpp"

#include "agent/commands/commands.hpp"
#include "agent/commands/source_options.hpp"
#include "agent/install.hpp"
#include "agent/settings.hpp"
#include "agent/site_access.hpp"
#include "agent/state.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace agent {
namespace {

namespace json = base::json;

// Without what the site says, the machine alone is judged: that is stale, not well.
std::vector<AuditFinding> audit_by_site(const Services& services, const Config& config,
                                        const SourceOptions& source) {
  try {
    Situation situation =
        read_situation(services, open_source(services, config, source), config, PlanRequest{});
    InstalledFacts& installed = situation.input.installed;
    installed.current_is_damaged =
        incomplete_reason(services.layout, *installed.current).has_value();
    return audit(situation.input);
  } catch (const base::Error& error) {
    if (error.code() != base::Errc::expired) throw;
    PlanInput alone = make_plan_input(services, config, {}, {});
    alone.installed.current_is_damaged =
        incomplete_reason(services.layout, *alone.installed.current).has_value();
    std::vector<AuditFinding> findings = audit(alone);
    findings.push_back({AuditProblem::stale, error.what()});
    return findings;
  }
}

int run_audit(const Services& services, const SourceOptions& source) {
  const LoadedConfig loaded = config_for_change(services);
  require_allowed_source(loaded, source);
  const Config& config = loaded.config;
  const auto current = current_version(services.layout);
  if (!current) {
    throw base::Error(base::Errc::not_found,
                      base::cat("nothing is installed in ", services.layout.root.native()));
  }
  const std::vector<AuditFinding> findings = audit_by_site(services, config, source);
  const base::Errc status = audit_status(findings);
  if (services.json) {
    json::Array list;
    for (const AuditFinding& finding : findings) {
      list.emplace_back(
          json::Object{{"problem", audit_problem_name(finding.problem)}, {"text", finding.text}});
    }
    services.out << json::write(json::Object{{"schema", 1},
                                             {"product", services.identity.product},
                                             {"current", current->text()},
                                             {"status", base::exit_status(status)},
                                             {"findings", std::move(list)}},
                                json::Style::pretty);
    return base::exit_status(status);
  }
  for (const AuditFinding& finding : findings) {
    services.out << audit_problem_name(finding.problem) << ": " << finding.text << '\n';
  }
  if (findings.empty()) {
    services.out << services.identity.product << ' ' << current->text() << " is good\n";
  }
  return base::exit_status(status);
}

}  // namespace

base::Command audit_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "audit";
  command.summary = "is the installed version one that may run? (for fleets)";
  command.description =
      "Ends with 7 where the installed version was withdrawn, is below the security floor or is "
      "damaged, with 3 where the policy of this machine does not allow it (or cannot be used), "
      "with "
      "8 where what the site says has expired, with 10 where a critical update is not installed, "
      "and with 0 where all is well. The gravest is the status; each has a line. Asks the site as "
      "`update --check` does, and writes nothing.";
  command.options = {from_option(), root_sha256_option()};
  command.examples = {{"audit", "a line a finding, or that all is well"},
                      {"audit --json", "for whoever looks after many machines"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_audit(services_of(arguments), read_source_options(arguments));
  };
  return command;
}

}  // namespace agent
