#pragma once

#include "releaser/stages/publish_plan.hpp"
#include "releaser/stages/run.hpp"

#include <string>
#include <utility>
#include <vector>

// What has to be done at each destination, so that it shows what is wanted.
namespace releaser {

// In the order of the destinations.
using Plans = std::vector<std::pair<const Destination*, PublicationPlan>>;

// Of one destination. Throws Errc::conflict where files of others are in the way.
PublicationPlan plan_for_site(const Run& run, const Destination& destination,
                              const Publication& wanted);
Plans plans_for(Run& run, const Publication& wanted);
PublicationPlan& plan_of(Plans& plans, const Destination& destination);

// In the order of doing, each file before its signatures that do not exist yet.
std::vector<Action> actions_of(const Run& run, const Plans& plans, const Publication& wanted);

// Throws Errc::config where somebody's signature is wanted whose key is not here, and names each.
void require_keys(Run& run, const std::optional<MetadataPlan>& plan);

}  // namespace releaser
