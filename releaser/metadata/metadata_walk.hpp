#pragma once

#include "base/clock.hpp"
#include "trust/tuf/metadata.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace releaser {

// Reads a small public file, by its name below the site; nothing where there is none.
using ReadPublic =
    std::function<std::optional<std::string>(std::string_view name, std::size_t max_bytes)>;

// What metadata calls its files.
std::string root_file(std::uint64_t version);                         // "metadata/2.root.json"
std::string role_file(std::string_view role, std::uint64_t version);  // "metadata/7.stable.json"
std::string target_file(std::string_view sha256,
                        std::string_view name);  // "targets/<sha256>.<name>"
inline constexpr std::string_view kTimestampFile = "metadata/timestamp.json";
// What a channel role signs for: "stable.version-manifest.json".
std::string target_name(std::string_view role);

// Metadata that was walked, as bytes and as what they say.
struct MetadataSet {
  struct Role {
    std::string bytes;
    trust::tuf::Targets content;
    std::optional<trust::tuf::TargetBytes> manifest;  // its target, if it has one
  };
  trust::tuf::Root root;
  std::string timestamp_bytes, snapshot_bytes, targets_bytes;
  trust::tuf::Timestamp timestamp;
  trust::tuf::Snapshot snapshot;
  trust::tuf::Targets targets;
  std::map<std::string, Role, std::less<>> channels;  // those that the snapshot lists
};

// Where a client begins.
struct WalkStart {
  std::string_view trusted_root;
  base::Time now;
  enum class Roots { followed, as_trusted } roots = Roots::followed;
  // What a client that followed has kept; empty: a fresh one.
  std::string_view kept_timestamp = {}, kept_snapshot = {};
  // Channel roles that are not looked at.
  std::set<std::string, std::less<>> except = {};
};

// The whole client workflow over what `read` gives, with every channel and the manifest that it
// signs for. Throws what that refuses, with the name of the file: Errc::untrusted, Errc::expired.
MetadataSet walk_metadata(const WalkStart& start, const ReadPublic& read);

}  // namespace releaser
