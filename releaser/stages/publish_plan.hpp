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

enum class Known { no, yes };

// What a destination shows of this product already.
struct Standing {
  Known release =
      Known::no;           // this version: a manifest names it, or its signed checksums are there
  Known site = Known::no;  // any signed manifest: the documents beside it are ours
};

struct PublicationPlan {
  std::vector<std::size_t> put;        // indices of assets
  std::vector<std::size_t> announce;   // indices of documents
  std::vector<std::string> conflicts;  // names of assets that are public with other bytes
  std::vector<std::string> foreign;    // names of documents that somebody else put there
};

// Decides for each file from what was found. Pure.
PublicationPlan plan_publication(const std::vector<Found>& assets,
                                 const std::vector<Found>& documents, Standing standing,
                                 const Publication& wanted);

}  // namespace releaser
