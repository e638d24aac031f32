#pragma once

#include "releaser/stages/run.hpp"

#include <string>

namespace releaser {

// What the page of a release says is new: the file of --release-notes, else [release] notes_file,
// else the section of the changelog, whole. Throws Errc::config for what no page could show.
std::string page_notes(const Run& run);

// The page of this run's release, for hosts that show one. Its files and checksums are known.
std::string page_of_release(const Run& run);

}  // namespace releaser
