#pragma once

#include "agent/available.hpp"
#include "agent/config.hpp"
#include "agent/plan.hpp"
#include "agent/services.hpp"
#include "base/http.hpp"
#include "base/url.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace agent {

// <NAME>_CONFIG_PATH, $XDG_CONFIG_HOME/<name>/config.toml, ~/.config/<name>/config.toml. Throws
// Errc::config for a relative <NAME>_CONFIG_PATH.
base::Path config_path(const Services& services);

// What holds now, strongest last: built in, identity, receipt, config.toml, own variables, policy
// (<NAME>_BASE_URL, _PORT, _LOG_LEVEL). Warnings are in it, and not said yet. No file is the same
// as an empty one.
LoadedConfig load_config(const Services& services);
// The same, with its warnings said.
Config usable_config(const Services& services);
// The same for who installs or updates: a policy that cannot be used, and a pin, skip list, window
// or channel that cannot be read is Errc::config, because without it something would be taken that
// the user holds back.
LoadedConfig config_for_change(const Services& services);
// The policy of this machine alone, for who goes back: a broken config.toml must not keep them.
// Throws Errc::config where it cannot be used.
Policy machine_policy(const Services& services);
// The channel that is followed; where the configuration cannot be read, the one that was installed
// from.
schema::Channel followed_channel(const Services& services);

// The network as configuration and environment describe it: what the file says about this product
// goes before the general variables (SSL_CERT_FILE, HTTPS_PROXY, NO_PROXY).
base::HttpOptions http_options(const Services& services, const Config& config);

// Where the user, or who installed it, said the site is; empty: nowhere but in the identity.
std::vector<base::Url> configured_bases(const Services& services, const Config& config);
// Where manifests are read, in order: the configured bases or the identity's, then mirrors.
std::vector<base::Url> site_bases(const Services& services, const Config& config);

// What is installed, as make_plan() wants to know it.
InstalledFacts read_installed_facts(const Services& services);

// Everything that a decision depends on. Reads this machine and its state, and writes nothing.
PlanInput make_plan_input(const Services& services, const Config& config, Available available,
                          const PlanRequest& request);

// Minutes since Monday 00:00 in the time zone of this machine.
int local_minute_of_week(base::Time now);

}  // namespace agent
