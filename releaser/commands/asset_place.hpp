#pragma once

#include "base/url.hpp"
#include "releaser/config/config.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace releaser {

// Where an asset of a release is fetched from; empty: releases/<tag>/<name> below the site.
using AssetUrl = std::function<base::Url(std::string_view tag, std::string_view name)>;

// For the readers of the site of a destination (nullptr: of none): below it where it carries
// archives itself, else at the host that manifests name, by its folder where that is on this
// machine.
AssetUrl assets_for_readers_of(const DestinationSettings* site, const Config& config,
                               std::string_view home);

// At this one, by its folder where that is on this machine.
AssetUrl assets_at(const DestinationSettings& host, const Config& config, std::string_view home);

// The further hosts of archives, which have no site of their own: nobody looks at them by reading a
// site.
std::vector<const DestinationSettings*> mirrors_without_site(const Config& config);

}  // namespace releaser
