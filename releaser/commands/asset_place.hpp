#pragma once

#include "base/url.hpp"
#include "releaser/config/config.hpp"

#include <functional>
#include <string_view>

namespace releaser {

// Where an asset of a release is fetched from; empty: releases/<tag>/<name> below the site.
using AssetUrl = std::function<base::Url(std::string_view tag, std::string_view name)>;

// For the readers of the site of a destination (nullptr: of none): below it where it carries
// archives itself, else at the host that manifests name, by its folder where that is on this
// machine.
AssetUrl assets_for_readers_of(const DestinationSettings* site, const Config& config,
                               std::string_view home);

}  // namespace releaser
