#include "releaser/commands/asset_place.hpp"

#include "base/file_url.hpp"
#include "base/text.hpp"
#include "releaser/destinations/destination.hpp"

#include <filesystem>

namespace releaser {

AssetUrl assets_for_readers_of(const DestinationSettings* site, const Config& config,
                               std::string_view home) {
  const DestinationSettings* const host = config.asset_host();
  if (site == nullptr || site->carries.assets || host == nullptr) return {};
  return assets_at(*host, config, home);
}

AssetUrl assets_at(const DestinationSettings& host, const Config& config, std::string_view home) {
  const base::Path folder = host.path.empty() ? base::Path() : config.resolve(host.path, home);
  std::error_code ignored;
  if (!folder.empty() && std::filesystem::is_directory(folder, ignored)) {
    return [folder](std::string_view tag, std::string_view name) {
      return base::file_url(folder).child(base::cat("releases/", tag, "/", name));
    };
  }
  return [host](std::string_view tag, std::string_view name) { return asset_url(host, tag, name); };
}

std::vector<const DestinationSettings*> mirrors_without_site(const Config& config) {
  std::vector<const DestinationSettings*> mirrors;
  for (const DestinationSettings& destination : config.destinations) {
    const bool is_mirror = destination.carries.assets && !destination.carries.site;
    if (is_mirror && &destination != config.asset_host()) mirrors.push_back(&destination);
  }
  return mirrors;
}

}  // namespace releaser
