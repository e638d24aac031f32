#pragma once

#include "releaser/destinations/destination.hpp"

#include <vector>

namespace releaser {

struct Run;

// Of a file that is held in memory whole: all but archives.
inline constexpr std::size_t kMaxSmallFileBytes = 16UL * 1024 * 1024;

// What shall be public, in the order of writing: assets and metadata, which nothing names before
// the documents do, then documents, each of which may replace an earlier one.
struct Publication {
  std::vector<WantedFile> assets, metadata, documents;
};

// Of a run whose stages before publish are done.
Publication wanted_files(const Run& run);

// What a destination takes of it.
Publication share_of(const Publication& all, Carries carries);

}  // namespace releaser
