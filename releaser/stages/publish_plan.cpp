#include "releaser/stages/publish_plan.hpp"

namespace releaser {

PublicationPlan plan_publication(const std::vector<Found>& assets,
                                 const std::vector<Found>& metadata,
                                 const std::vector<Found>& documents, Standing standing,
                                 const Publication& wanted) {
  PublicationPlan plan;
  for (std::size_t index = 0; index < assets.size(); ++index) {
    if (assets[index] == Found::same) continue;
    if (assets[index] == Found::different && standing.release == Known::yes) {
      plan.conflicts.push_back(wanted.assets[index].name);
    } else {
      plan.put.push_back(index);
    }
  }
  for (std::size_t index = 0; index < metadata.size(); ++index)
    if (metadata[index] != Found::same) plan.put_metadata.push_back(index);
  for (std::size_t index = 0; index < documents.size(); ++index) {
    if (documents[index] == Found::same) continue;
    if (documents[index] == Found::different && standing.site == Known::no) {
      plan.foreign.push_back(wanted.documents[index].name);
    } else {
      plan.announce.push_back(index);
    }
  }
  return plan;
}

}  // namespace releaser
