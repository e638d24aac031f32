#pragma once

#include "releaser/metadata/public_floor.hpp"
#include "releaser/stages/run.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace releaser {

// What was public before, since a restored backup, a stale copy and what a hostile host puts back
// have valid signatures, too:
//   dist/seen.json     of each destination the generations of its manifests, and its metadata;
//   trust/public.json  its metadata, beside the keys, so that it travels with the repository, or as
//                      a cache from one CI job to the next.
// Both are floors: either may be missing, older than what is public, or lost with the job.

// Throws Errc::untrusted where the first destination shows a lower generation than before;
// where a person says --above, what is made next is above what was remembered.
void check_not_replayed(const Run& run);

// Of a site, where anything is remembered.
std::vector<RememberedFloor> remembered_floors(const Config& config, std::string_view home,
                                               const base::Path& dist, std::string_view url);
std::vector<RememberedFloor> remembered_floors(const Run& run, const Destination& destination);

// The generations of manifests that were public at a destination, by their name. Numbers that only
// a thief would give are left out.
std::map<std::string, std::uint64_t> remembered_generations(const Run& run,
                                                            const Destination& destination);

// Throws Errc::untrusted where the first destination shows a lower generation of a channel than was
// remembered, whatever keys signed either.
void require_newest_generation(const Run& run, const schema::Manifest& shown);

// Throws Errc::untrusted, with what to do, where note_floors() found that something went back.
void require_not_gone_back(const PublicMetadata& found);

// The metadata of the first destination, as it was held against what is remembered. Throws
//   Errc::untrusted  where it went back, unless a person said --above;
//   Errc::expired    for a timestamp that has expired and is not known to be the newest, unless a
//                    person said --revive.
void check_metadata_not_replayed(const Run& run);

// After everything is announced, of every destination that took part to its end. Writes nothing
// that is known already.
void remember_published(const Run& run);

// The file beside the keys.
base::Path public_record(const Config& config, std::string_view home);

}  // namespace releaser
