#pragma once

#include "agent/available.hpp"
#include "agent/config.hpp"
#include "agent/plan.hpp"
#include "agent/services.hpp"
#include "base/http.hpp"
#include "site/channel_manifest.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace agent {

// <NAME>_CONFIG_PATH, else $XDG_CONFIG_HOME/<program>/config.toml, else ~/.config/….
base::Path config_file(const Services& services);

// config.toml over what the receipt and the identity say, below the environment (<NAME>_BASE_URL).
LoadedConfig load_config(const Services& services);

// The network and the places to ask, as the user set them.
struct SiteAccess {
  std::unique_ptr<base::HttpClient> http;
  std::vector<base::Url> configured_bases;  // of the user: asked before a manifest's own URLs
  std::vector<base::Url> base_urls;         // where manifests are asked for
};
// Bases: `base_url` (--base-url) or the configuration's, then its mirrors; the identity's where the
// user set none. The system's proxy and certificate variables hold below [network].
SiteAccess open_site(const Services& services, const Config& config,
                     const std::optional<base::Url>& base_url = std::nullopt);

// Everything that the decision needs from outside, read once: the site, the machine, the state.
// Nothing is stored; `memory` is for write_site_memory() once the lock is held.
struct Situation {
  PlanInput input;
  site::Memory memory;
};
Situation read_situation(const Services& services, const SiteAccess& access, const Config& config,
                         const PlanRequest& request);

}  // namespace agent
