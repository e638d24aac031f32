#pragma once

#include "releaser/pointers/edit.hpp"
#include "releaser/stages/publication.hpp"
#include "releaser/stages/run.hpp"

#include <cstddef>
#include <string>
#include <vector>

// The documents that say what an edit has made of the manifests.
namespace releaser {

inline constexpr std::size_t kMaxInstallerBytes = 4UL * 1024 * 1024;

// Fills in run.manifests, run.installer_of and run.product with what is to be written anew, and
// writes that to dist/pointers/site. What is said to a person is added to `warnings`.
void make_documents(Run& run, const PublicManifests& before, const PublicManifests& after,
                    std::vector<std::string>& warnings);

// Every document and all metadata as they shall be public: of this run, or as the first destination
// shows them, for those that follow it.
Publication wanted_documents(const Run& run, const PublicManifests& after);

}  // namespace releaser
