#pragma once

#include "agent/available.hpp"
#include "agent/config.hpp"
#include "agent/plan.hpp"
#include "agent/services.hpp"
#include "site/channel_metadata.hpp"
#include "site/polite_client.hpp"
#include "site/watermark.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// The network and the places to ask, as the user set them.
struct SiteAccess {
  std::unique_ptr<site::PoliteClient> http;
  std::vector<base::Url> configured_bases;  // of the user: asked before a manifest's own URLs
  std::vector<base::Url> base_urls;         // where manifests are asked for
  // Of a local source (--from): does it have that file? Empty: of a server nobody knows.
  std::function<bool(std::string_view name)> has_file{};
};
// `base_url` (--base-url) stands for every other base that is configured.
SiteAccess open_site(const Services& services, const Config& config,
                     const std::optional<base::Url>& base_url = std::nullopt);

// May what is proven on the way be kept? Only while the lock is held (WriteAccess).
enum class Keep { no, yes };

struct LookOptions {
  Keep keep = Keep::no;
  // Metadata that expired after this moment is taken, for one loud run of a person.
  std::optional<base::Time> allow_expired_until;
};

// What the site says of the channels that a user of `channel` sees (site::read_site).
site::SiteView look_at_site(const Services& services, const SiteAccess& access,
                            schema::Channel channel, const LookOptions& options);

// Everything that the decision needs from outside, read once: the site, the machine, the state.
// Besides metadata, which each step keeps as soon as it is proven, nothing is stored; `watermark`
// is for write_watermark() once the lock is held.
struct Situation {
  PlanInput input;
  site::Watermark watermark;
};
Situation read_situation(const Services& services, const SiteAccess& access, const Config& config,
                         const PlanRequest& request, const LookOptions& options = {});

}  // namespace agent
