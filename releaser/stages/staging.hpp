#pragma once

#include "releaser/stages/run.hpp"

#include <optional>
#include <string>

// A release that waits for signatures: its archives and its draft stand in dist/V, and at the first
// destination below a name that nothing public names.
namespace releaser {

// What is built here lacks signatures: notes it as dist/V/draft.json. What a draft of the same
// bytes said before stays, so that signatures made meanwhile fit.
void write_release_draft(Run& run, const PlannedRole& channel);

// When this release was made, by the draft of it that an earlier run staged: so that who runs it
// again on another machine makes the same draft, and signatures fit.
std::optional<base::Time> published_as_staged(const Run& run);

// Brings archives and draft to the first destination.
void stage_release(Run& run);

// The draft in dist/V, else the one that is staged. Throws
//   Errc::not_found  where there is none;
//   Errc::conflict   where both are there and differ, or one is of another product or version.
ReleaseDraft find_draft(const Run& run);

// "cco-release publish --version 1.0.0 --sign-only", with what tells this project's run.
std::string signing_command(const Run& run);
std::string finishing_command(const Run& run, std::string_view folder);

}  // namespace releaser
