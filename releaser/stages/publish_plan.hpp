#pragma once

#include "releaser/stages/publication.hpp"
#include "releaser/stages/standing.hpp"

#include <string>
#include <utility>
#include <vector>

namespace releaser {

struct PublicationPlan {
  std::vector<std::size_t> put;           // indices of assets
  std::vector<std::size_t> put_metadata;  // indices of metadata, also where a run that was stopped
                                          // left other bytes
  std::vector<std::size_t> announce;      // indices of documents
  std::vector<std::string> conflicts;     // names of assets that are public with other bytes
  std::vector<std::string> foreign;       // names of documents that somebody else put there

  [[nodiscard]] bool is_empty() const {
    return put.empty() && put_metadata.empty() && announce.empty();
  }
};

// Decides for each file from what was found. Pure.
PublicationPlan plan_publication(const std::vector<Found>& assets,
                                 const std::vector<Found>& metadata,
                                 const std::vector<Found>& documents, Standing standing,
                                 const Publication& wanted);

}  // namespace releaser
