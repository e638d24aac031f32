#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/destinations/destination.hpp"

namespace releaser {

std::string staged_name(std::string_view tag, std::string_view name) {
  return base::cat(".staged/", tag, "/", name);
}

base::Url asset_url(const DestinationSettings& settings, std::string_view tag,
                    std::string_view name) {
  return base::Url::parse(settings.url).child(base::cat("releases/", tag, "/", name));
}

std::unique_ptr<Destination> make_destination(const DestinationSettings& settings,
                                              const Config& config, std::string_view home,
                                              const std::shared_ptr<FolderLocks>& locks) {
  if (settings.type == "directory") {
    return make_directory_destination(settings, config.resolve(settings.path, home), locks);
  }
  throw base::Error(base::Errc::config,
                    base::cat("unknown type of destination `", settings.type, "`"));
}

}  // namespace releaser
