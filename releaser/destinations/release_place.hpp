#pragma once

#include "releaser/destinations/destination.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace releaser {

// Where a file stands at a host of releases: "releases/v1.0.0/a.tar.gz" in the release of that tag,
// ".staged/v1.0.0/draft.json" in a draft of its own, which is never published.
struct ReleasePlace {
  std::string tag;  // as the host has it
  std::string name;
  bool is_staged = false;
};

// Nothing for a path that is no file of a release.
std::optional<ReleasePlace> release_place(std::string_view path);
ReleasePlace require_release_place(const WantedFile& file);

// Of the draft in which files of `tag` are staged.
std::string staged_tag(std::string_view tag);
bool is_staged_tag(std::string_view tag);

}  // namespace releaser
