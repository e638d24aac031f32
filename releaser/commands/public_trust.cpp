#include "releaser/commands/public_trust.hpp"

#include "base/text.hpp"
#include "releaser/commands/network_access.hpp"
#include "releaser/commands/release_run.hpp"
#include "releaser/destinations/destination.hpp"
#include "releaser/metadata/public_floor.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/seen.hpp"

#include <filesystem>

namespace releaser {
namespace {

using base::cat;

PublicTrust read_place(const Destination& destination, const TrustFolder& folder,
                       const std::vector<RememberedFloor>& floors) {
  PublicTrust place{
      .place = destination.name(), .roots = 0, .roles = {}, .problem = {}, .elsewhere = {}};
  const FinalTrust trust{.roots = folder.roots, .targets = folder.targets_bytes};
  const PublicMetadata found = read_public_metadata(reader_of(destination), trust, floors);
  require_not_gone_back(found);
  place.roots = found.roots;
  if (!found.set) return place;
  const auto add = [&](const std::string& name, const trust::tuf::Header& header) {
    place.roles.push_back({name, header.version, header.expires});
  };
  add("targets", found.set->targets);
  for (const auto& [name, role] : found.set->channels)
    add(name, role.content);
  add("snapshot", found.set->snapshot);
  add("timestamp", found.set->timestamp);
  return place;
}

}  // namespace

bool is_elsewhere(const DestinationSettings& destination, const Config& config,
                  std::string_view home, const base::Path& dist) {
  if (!config.trust || destination.path.empty()) return false;
  const base::Path folder = config.resolve(destination.path, home);
  std::error_code error;  // a folder that may not be entered is told by whoever reads it
  return std::filesystem::status(folder, error).type() == std::filesystem::file_type::not_found &&
         !remembered_floors(config, home, dist, destination.url).empty();
}

std::vector<PublicTrust> read_public_trust(const Services& services, const Config& config,
                                           const TrustFolder& folder,
                                           std::vector<PlaceProblem>& problems) {
  std::vector<PublicTrust> places;
  const std::string home = services.environment.find("HOME").value_or("");
  const Network network = network_access(services, config, std::chrono::minutes(5));
  const Machine machine{services.environment, services.now, std::make_shared<FolderLocks>(),
                        network};
  for (const DestinationSettings& settings : config.destinations) {
    if (!settings.carries.site) continue;
    try {
      if (is_elsewhere(settings, config, home, default_dist(config))) {
        places.push_back(
            {.place = settings.name,
             .roots = 0,
             .roles = {},
             .problem = {},
             .elsewhere =
                 cat("directory ", config.resolve(settings.path, home).string(),
                     " is not on this machine; cco-release verify looks at ", settings.url)});
        continue;
      }
      const auto destination = make_destination(settings, config, machine);
      places.push_back(base::with_context(destination->place(), [&] {
        return read_place(*destination, folder,
                          remembered_floors(config, home, default_dist(config), settings.url));
      }));
    } catch (const base::Error& error) {
      problems.push_back({settings.name, error.what(), error.code()});
      places.push_back({.place = settings.name,
                        .roots = 0,
                        .roles = {},
                        .problem = error.what(),
                        .elsewhere = {}});
    }
  }
  return places;
}

}  // namespace releaser
