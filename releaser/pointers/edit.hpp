#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "manifest-schema/manifest.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// What is said of releases after they were published, without a change of any asset. Each command
// is a pure function from the manifests that are public to those that shall be. The same command
// again gives back what it was given, also where a run was stopped between two manifests: the
// other one then gets what the first one says.
namespace releaser {

// All manifests of a site.
struct PublicManifests {
  std::map<schema::Channel, schema::Manifest> channels;
  std::optional<schema::Manifest> combined;
  bool operator==(const PublicManifests&) const = default;
};

struct Promote {
  schema::Version version;
  schema::Channel to;
};
struct Yank {
  schema::Version version;
  std::string reason;
};
struct Unyank {
  schema::Version version;
};
struct Rollback {
  schema::Channel channel;
  schema::Version to;
  std::string reason;  // for what is withdrawn; empty: "rolled back to V"
};
struct Deprecate {
  schema::Version version;
  std::optional<std::string> message;  // nothing: the notice goes
  bool was_public = false;             // is known to have been, if no manifest lists it any more
};
struct Rollout {
  schema::Version version;
  int basis_points = 0;
};
struct Floor {
  schema::Version version;
};
struct Halt {
  schema::Channel channel;
  std::string reason;
};
struct Resume {
  schema::Channel channel;
};

struct Edited {
  PublicManifests manifests;
  std::vector<std::string> words;     // what changes, a line each; empty: nothing
  std::vector<std::string> warnings;  // what somebody should know who does that
};

// A command that contradicts what is public (Errc::config), or itself, or names what is not there
// (Errc::not_found), or comes before what it follows (Errc::expired: a clock is wrong).
struct NotPossible {
  base::Errc code = base::Errc::config;
  std::string problem;
};

using EditResult = std::variant<Edited, NotPossible>;

// The same bytes for another channel: the entry is copied to the channel's manifest, and stays in
// that of the one it comes from. Its rollout begins anew, for everybody.
EditResult edit(const PublicManifests& before, const Promote& command, base::Time now);
// Withdraws a version: agents leave it. The last good one of a channel may be withdrawn too, since
// a broken release is worse than none.
EditResult edit(const PublicManifests& before, const Yank& command, base::Time now);
EditResult edit(const PublicManifests& before, const Unyank& command, base::Time now);
// Withdraws all that users of the channel see above the version, so that they return to it.
EditResult edit(const PublicManifests& before, const Rollback& command, base::Time now);
EditResult edit(const PublicManifests& before, const Deprecate& command, base::Time now);
// One step more. Shares only grow, but for the first step after a release for everybody: whoever
// has it keeps it.
EditResult edit(const PublicManifests& before, const Rollout& command, base::Time now);
// In the manifest that all users read (that of the most stable channel) and the combined one.
EditResult edit(const PublicManifests& before, const Floor& command, base::Time now);
EditResult edit(const PublicManifests& before, const Halt& command, base::Time now);
EditResult edit(const PublicManifests& before, const Resume& command, base::Time now);

}  // namespace releaser
