#pragma once

#include "agent/config.hpp"
#include "agent/services.hpp"
#include "agent/site_access.hpp"
#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agent {

enum class Health { ok, warning, error };
std::string_view health_name(Health health);

// One line of `doctor`: what was found and, where it is not well, what to do.
struct Finding {
  Health health = Health::ok;
  std::string subject;  // "trust"
  std::string text;
  base::Errc code = base::Errc::done;  // of an error
};
using Findings = std::vector<Finding>;

// Each looks at one thing and changes nothing; what cannot be looked at is a finding too.
Findings examine_trust(const Services& services, const SiteAccess& access, const Config& config);
Findings examine_clock(const Services& services);
Findings examine_layout(const Services& services);
Findings examine_path(const Services& services);
Findings examine_permissions(const Services& services);
Findings examine_hosts(const Services& services, const SiteAccess& access);

// The status of the first error, else 0.
base::Errc verdict(const Findings& findings);

// "12 days", "3 hours"; "expired" is for the caller.
std::string time_left(base::Time now, base::Time until);

}  // namespace agent
