#include "releaser/commands/public_trust.hpp"

#include "releaser/commands/network_access.hpp"
#include "releaser/commands/release_run.hpp"
#include "releaser/destinations/destination.hpp"
#include "releaser/metadata/public_floor.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/seen.hpp"

namespace releaser {
namespace {

PublicTrust read_place(const Destination& destination, const TrustFolder& folder,
                       const std::vector<RememberedFloor>& floors) {
  PublicTrust place{.place = destination.name(), .roots = 0, .roles = {}, .problem = {}};
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

std::vector<PublicTrust> read_public_trust(const Services& services, const Config& config,
                                           const TrustFolder& folder,
                                           std::vector<PlaceProblem>& problems) {
  std::vector<PublicTrust> places;
  const std::string home = services.environment.find("HOME").value_or("");
  const auto locks = std::make_shared<FolderLocks>();
  const Network network = network_access(services, config, std::chrono::minutes(5));
  for (const DestinationSettings& settings : config.destinations) {
    if (!settings.carries.site) continue;
    try {
      const auto destination = make_destination(settings, config, home, locks, network);
      places.push_back(base::with_context(destination->place(), [&] {
        return read_place(*destination, folder,
                          remembered_floors(config, home, default_dist(config), settings.url));
      }));
    } catch (const base::Error& error) {
      problems.push_back({settings.name, error.what(), error.code()});
      places.push_back({.place = settings.name, .roots = 0, .roles = {}, .problem = error.what()});
    }
  }
  return places;
}

}  // namespace releaser
