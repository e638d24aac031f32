#include "agent/site_access.hpp"

#include "agent/settings.hpp"
#include "agent/site_memory.hpp"
#include "site/channel_metadata.hpp"

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

namespace {

site::SiteView read_view(const Services& services, const SiteAccess& access,
                         schema::Channel channel, const LookOptions& options) {
  const auto folder = site::make_folder_store(metadata_folder(services.layout));
  site::MemoryStore beside(folder.get());
  const site::Watermark watermark = read_watermark(services.layout);
  return site::read_site({*access.http, access.base_urls},
                         {.identity = services.identity,
                          .channel = channel,
                          .watermark = watermark,
                          .store = options.keep == Keep::yes ? *folder : beside,
                          .now = services.now,
                          .allow_expired_until = options.allow_expired_until});
}

}  // namespace

Situation read_situation(const Services& services, const SiteAccess& access, const Config& config,
                         const PlanRequest& request, const LookOptions& options) {
  const site::SiteView view = read_view(services, access, config.channel, options);
  std::vector<schema::Manifest> manifests;
  for (const auto& [channel, manifest] : view.manifests) {
    manifests.push_back(manifest);
  }
  return {.input = make_plan_input(services, config, merge_manifests(manifests), request),
          .watermark = view.watermark};
}

}  // namespace agent
