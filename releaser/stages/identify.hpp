#pragma once

#include "base/clock.hpp"
#include "base/environment.hpp"
#include "base/file.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/version.hpp"
#include "releaser/stages/problems.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace releaser {

struct TagBelow {
  std::string name;           // "v1.0.0"
  std::uint64_t commits = 0;  // how far below HEAD
};

// What git says of the project; empty outside a work tree.
struct GitState {
  std::optional<std::string> commit;
  std::optional<base::Time> commit_time;
  std::vector<std::string> tags_at_head;  // short names: "v1.0.0"
  std::vector<std::string> tags;          // all of them; asked for by snapshots only
  // The newest version that HEAD descends from; asked for where no version's tag is at HEAD.
  std::optional<TagBelow> below;
  // Tracked files below the project that differ from HEAD; asked for where a tag stands there.
  std::vector<std::string> changed;
  bool is_shallow = false;  // a clone without history and tags; asked for where `below` is
  std::string problem;      // why git said nothing although there is a repository
};
enum class AllTags { no, yes };
GitState read_git(const base::Path& root, AllTags all_tags);
// All tags that name a version, as git lists them; empty outside a work tree.
std::vector<std::string> version_tags(const base::Path& root);

// Which release this is.
struct ReleaseIdentity {
  schema::Version version;
  schema::Channel channel;
  std::optional<std::string> commit;
  base::Time date;  // bytes only: the times inside archives
  bool is_snapshot = false;
  [[nodiscard]] std::string tag() const { return "v" + version.text(); }
};

struct IdentifyOptions {
  std::optional<std::string> version, channel, date;
  bool snapshot = false;
  bool allow_dirty = false;
  std::vector<std::string> written;  // what publishing changes, relative to the project
};

// The version of --version, else of CI's tag variable, else of the one tag at HEAD; the date of
// SOURCE_DATE_EPOCH, else --date, else of the commit. Pure. Nothing where one of them is not to be
// had; `problems` then says what to do.
std::optional<ReleaseIdentity> identify_release(const IdentifyOptions& options,
                                                std::string_view scheme,
                                                const base::Environment& environment,
                                                const GitState& git, Problems& problems);

}  // namespace releaser
