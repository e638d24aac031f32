#pragma once

#include "base/clock.hpp"
#include "releaser/config/config.hpp"
#include "releaser/doctor/finding.hpp"
#include "releaser/trust/trust_report.hpp"

#include <optional>
#include <vector>

namespace releaser {

// What a stranger found at a URL, and what it is measured by.
struct SiteHealth {
  std::string url;
  // Of the metadata; without [trust] empty, and what is fresh is told by the manifests.
  std::vector<PublicTrust::Role> roles;
  std::optional<base::Time> newest_manifest;
  std::vector<std::string> versions;  // that were fetched and verified
  std::size_t files = 0;
  // What the destination itself holds; nothing where that could not be read.
  std::optional<std::uint64_t> own_timestamp;
};

// Pure. Freshness: the age of the timestamp (of the newest manifest, without [trust]) is at most
// `max_age`, if that was given; a cache in between shows what the destination has.
std::vector<Finding> judge_site(const SiteHealth& site, const Config& config, base::Time now,
                                std::optional<std::chrono::seconds> max_age);

// Pure. How long each role of the trust folder and of what is public is still good.
std::vector<Finding> judge_expiry(const TrustReport& report);

}  // namespace releaser
