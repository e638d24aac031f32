#include "agent/site_access.hpp"

#include "agent/settings.hpp"
#include "agent/site_memory.hpp"

namespace agent {

SiteAccess open_site(const Services& services, const Config& config,
                     const std::optional<base::Url>& base_url) {
  Config used = config;
  if (base_url) {
    used.base_url = base_url;
  }
  return {.http = base::make_http_client(http_options(services, used)),
          .configured_bases = configured_bases(services, used),
          .base_urls = site_bases(services, used)};
}

Situation read_situation(const Services& services, const SiteAccess& access, const Config& config,
                         const PlanRequest& request) {
  const site::SiteView view =
      site::read_site(site::Site{*access.http, access.base_urls}, services.identity, config.channel,
                      read_site_memory(services.layout, services.identity), services.now);
  std::vector<schema::Manifest> manifests;
  for (const auto& [channel, manifest] : view.manifests) {
    manifests.push_back(manifest);
  }
  return {.input = make_plan_input(services, config, merge_manifests(manifests), request),
          .memory = view.memory};
}

}  // namespace agent
