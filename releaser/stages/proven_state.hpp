#pragma once

#include "releaser/stages/problems.hpp"
#include "releaser/stages/run.hpp"

#include <map>

namespace releaser {

// What the first destination shows, with [trust] (docs/adr/0038-…): each channel as the metadata
// proves it, by keys of now. The manifest beside it, for installers and people, is made from that
// and never the other way round: an older one has a good signature too, and a kill before the
// timestamp leaves a newer one. Where it is another one, that is said, and the next publish to the
// channel writes it anew.
//
// What stands beside the metadata counts for a channel
//   - that no metadata names yet, as before the first publish with [trust];
//   - whose keys were replaced since it was signed: where both are the same bytes, or where dist/
//     shows which one is ours.
// `own_site` is where the run that was stopped, and is run again, had its manifests. Throws
// Errc::untrusted, with what to do, where neither proves it.
PublicState read_proven_state(const Run& run, const base::Path& own_site, Problems& problems);

// The combined manifest, which no role signs for: what the channels of run.before say together,
// with the generation that is public or was.
void combine_proven_state(Run& run, const base::Path& own_site);

// The same for the channels as a run leaves them: those of `changed`, and all others.
schema::Manifest combined_with(const Run& run,
                               const std::map<schema::Channel, schema::Manifest>& changed);

}  // namespace releaser
