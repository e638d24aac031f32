#include "agent/doctor.hpp"

#include "agent/commands/commands.hpp"
#include "agent/managed.hpp"
#include "agent/settings.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

#include <functional>
#include <iterator>
#include <utility>

namespace agent {
namespace {

namespace json = base::json;

// What cannot even be looked at is said, and the rest is looked at all the same. This catch is that
// boundary.
void add(Findings& findings, std::string subject, const std::function<Findings()>& examine) {
  try {
    Findings more = examine();
    std::move(more.begin(), more.end(), std::back_inserter(findings));
  } catch (const base::Error& error) {
    findings.push_back({Health::error, std::move(subject), error.what(), error.code()});
  }
}

Findings examine_policy(const Services& services) {
  const Policy policy = machine_policy(services);
  if (policy.file.empty()) return {};
  return {{Health::ok, "policy", base::cat(policy.file.native(), " holds"), base::Errc::done}};
}

Findings examine_ownership(const Services& services, const Ownership& ownership) {
  const std::string command = keeper_command(services, ownership, Wanted::update);
  return {{ownership.keeper == Keeper::nobody ? Health::warning : Health::ok, "updates",
           ownership.keeper == Keeper::itself
               ? "this program updates itself"
               : base::cat(keeper_text(ownership), " updates this program",
                           command.empty() ? "" : ": ", command),
           base::Errc::done}};
}

Findings examine(const Services& services) {
  Findings findings;
  const Ownership ownership = find_ownership(services);
  add(findings, "updates", [&] { return examine_ownership(services, ownership); });
  add(findings, "policy", [&] { return examine_policy(services); });
  add(findings, "trust", [&] {
    const Config config = usable_config(services);
    return examine_trust(services, open_site(services, config), config);
  });
  add(findings, "clock", [&] { return examine_clock(services); });
  // A package has neither of its own.
  const bool is_package =
      ownership.keeper == Keeper::package || ownership.keeper == Keeper::distribution;
  if (!is_package || current_version(services.layout)) {
    add(findings, "layout", [&] { return examine_layout(services); });
    add(findings, "PATH", [&] { return examine_path(services); });
  }
  add(findings, "permissions", [&] { return examine_permissions(services); });
  add(findings, "hosts",
      [&] { return examine_hosts(services, open_site(services, load_config(services).config)); });
  return findings;
}

void print_json(const Services& services, const Findings& findings) {
  json::Array list;
  for (const Finding& finding : findings) {
    list.emplace_back(json::Object{{"health", health_name(finding.health)},
                                   {"subject", finding.subject},
                                   {"text", finding.text},
                                   {"status", base::exit_status(finding.code)}});
  }
  services.out << json::write(json::Object{{"schema", 1},
                                           {"product", services.identity.product},
                                           {"status", base::exit_status(verdict(findings))},
                                           {"findings", std::move(list)}},
                              json::Style::pretty);
}

int run_doctor(const Services& services) {
  const Findings findings = examine(services);
  if (services.json) {
    print_json(services, findings);
  } else {
    constexpr std::size_t kWidth = 9;  // of "warning", and two spaces
    for (const Finding& finding : findings) {
      const std::string name(health_name(finding.health));
      services.out << name << std::string(kWidth - name.size(), ' ') << finding.subject << ": "
                   << finding.text << '\n';
    }
  }
  return base::exit_status(verdict(findings));
}

}  // namespace

base::Command doctor_command(const ServicesOf& services_of) {
  base::Command command;
  command.name = "doctor";
  command.summary = "look for what could keep updates from arriving, and say what to do";
  command.description =
      "Looks at trust (what is kept and what each site shows), the clock, what is installed, PATH, "
      "permissions, and names the hosts that a firewall must let through. A line a finding: ok, "
      "warning or error. Writes nothing; without a network it says what it could not look at. Ends "
      "with 0 where nothing is an error, else with the status of the first one.";
  command.examples = {{"doctor", "for people"}, {"doctor --json", "for monitors"}};
  command.run = [services_of](const base::Arguments& arguments) {
    return run_doctor(services_of(arguments));
  };
  return command;
}

}  // namespace agent
