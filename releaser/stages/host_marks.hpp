#pragma once

#include "releaser/stages/run.hpp"

#include <map>
#include <set>
#include <vector>

namespace releaser {

using ChannelManifests = std::map<schema::Channel, schema::Manifest>;

// Of every channel, as this run has made them public, or will.
ChannelManifests channels_of(const Run& run);

// How hosts shall show these versions: what channel stable has is no pre-release, and what its new
// installations get is the latest one. Versions that no channel lists are left out. Pure.
std::vector<ReleaseMarks> marks_of(const ChannelManifests& channels,
                                   const std::set<schema::Version>& versions);

// These versions and what new installations get: the latest one of channel stable.
std::set<schema::Version> with_latest(std::set<schema::Version> versions,
                                      const ChannelManifests& channels);

// What mark_hosts() would do. A host that fails is among run.failures.
std::vector<Action> missing_marks(Run& run, const std::vector<ReleaseMarks>& wanted);

// Makes every host of assets show releases as wanted, and adds to run.actions what was done. Where
// that changed something, and no lock keeps others from publishing meanwhile, it looks at what the
// site says by then, and follows that.
void mark_hosts(Run& run, std::vector<ReleaseMarks> wanted);

// As the site shows them now: another run may have gone on. Nothing older than what this run knows
// counts, however well it is signed.
ChannelManifests manifests_now(const Run& run);

// Can somebody else publish while this run does? A folder has a lock, a branch has none.
bool may_be_overtaken(const Run& run);

}  // namespace releaser
