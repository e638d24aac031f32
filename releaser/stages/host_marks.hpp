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

// What mark_hosts() would do. A host that fails is among run.failures.
std::vector<Action> missing_marks(Run& run, const std::vector<ReleaseMarks>& wanted);

// Makes every host of assets show releases as wanted, and adds to run.actions what was done.
void mark_hosts(Run& run, const std::vector<ReleaseMarks>& wanted);

}  // namespace releaser
