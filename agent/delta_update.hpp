#pragma once

#include "agent/install.hpp"
#include "agent/layout.hpp"
#include "base/file.hpp"
#include "manifest-schema/manifest.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace agent {

// After so many failures of deltas to one archive it is fetched whole (state/last_attempt.json).
inline constexpr std::uint64_t kMostDeltaFailures = 2;

// The delta of `entry` that starts from a file of the installed version and is smaller than the
// archive: the smallest, nothing where there is none of a format that is known here.
const schema::Delta* choose_delta(const schema::PlatformEntry& entry,
                                  const CompletionMark& installed);

// What came of it: `mark` where the release is whole in the folder, `problem` where a delta was
// there and could not be used; neither where there was none to try.
struct DeltaAttempt {
  std::optional<CompletionMark> mark;
  std::uint64_t downloaded_bytes = 0;
  std::optional<std::string> problem;
};

// Makes the release out of the installed version `from` and a delta, in `into`, which is made. The
// delta has the digest of the manifest, and so has the result, else it is a problem. Throws only
// Errc::cancelled.
DeltaAttempt try_delta(const Services& services, base::HttpClient& http, const InstallOrder& order,
                       const std::optional<schema::Version>& from, const base::Path& staging,
                       const base::Path& into);

}  // namespace agent
