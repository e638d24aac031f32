#include "agent/local_source.hpp"

#include "agent/site_memory.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "site/channel_metadata.hpp"
#include "site/local_site.hpp"
#include "site/root_chain.hpp"

#include <chrono>
#include <utility>

namespace agent {

using base::cat;
using base::Errc;
using base::Error;

SiteAccess open_local_source(const Services& services, const LocalSource& source) {
  site::LocalSite local = site::open_local_site(source.path);
  if (source.root_sha256) {
    site::require_root_in_chain(*local.http, local.base_url, services.identity.root,
                                *source.root_sha256);
  }
  return {.http = std::make_unique<site::PoliteClient>(std::move(local.http), services.now,
                                                       std::nullopt),
          .configured_bases = {local.base_url},
          .base_urls = {local.base_url},
          .has_file = std::move(local.has)};
}

schema::PlatformEntry entry_here(const SiteAccess& access, const Install& install) {
  schema::PlatformEntry entry = install.entry;
  if (!access.has_file) return entry;
  const auto is_missing = [&](const base::Url& url) {
    return !access.has_file(
        cat("releases/v", install.version.text(), "/", schema::asset_name(url)));
  };
  if (is_missing(entry.url)) {
    throw Error(Errc::not_found,
                cat(access.base_urls.front().text(), " has no ", schema::asset_name(entry.url),
                    "; get one that has it (cco-release bundle --version ", install.version.text(),
                    " --platform ", install.platform.name(),
                    "), or choose a version that is there by --version"));
  }
  std::erase_if(entry.alternatives, [&](const auto& other) { return is_missing(other.url); });
  std::erase_if(entry.deltas, [&](const auto& delta) { return is_missing(delta.url); });
  return entry;
}

std::optional<base::Time> last_good_moment(const Services& services, const SiteAccess& access,
                                           const Config& config) {
  try {
    const site::SiteView view =
        look_at_site(services, access, config.channel, {.allow_expired_until = base::Time{}});
    return view.good_until - std::chrono::seconds(1);
  } catch (const Error&) {
    return std::nullopt;  // time is not all that is wrong with it
  }
}

}  // namespace agent
