#pragma once

#include "releaser/destinations/destination.hpp"

#include <string>
#include <utility>
#include <vector>

namespace releaser {

// What shall be public, in the order of writing: assets, which nothing names before the documents
// do, then documents, each of which may replace an earlier one.
struct Publication {
  std::vector<WantedFile> assets, documents;
};

// Is this version named by a manifest that users can see?
enum class Announced { no, yes };

struct PublicationPlan {
  std::vector<std::size_t> put;        // indices of assets
  std::vector<std::size_t> announce;   // indices of documents
  std::vector<std::string> conflicts;  // names of assets that are public with other bytes
};

// Decides for each file from what was found. Pure.
PublicationPlan plan_publication(const std::vector<Found>& assets,
                                 const std::vector<Found>& documents, Announced announced,
                                 const Publication& wanted);

}  // namespace releaser
