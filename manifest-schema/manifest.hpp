#pragma once

#include "base/clock.hpp"
#include "base/url.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/platform.hpp"
#include "manifest-schema/version.hpp"
#include "trust/digest.hpp"
#include "trust/proven_bytes.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace schema {

inline constexpr std::size_t kMaxManifestBytes = std::size_t{1024} * 1024;
inline constexpr int kManifestSchema = 1;

struct BinaryEntry {
  std::string path;
  trust::Sha256 sha256;
  std::uint64_t size = 0;
  bool operator==(const BinaryEntry&) const = default;
};

// Floors of a machine; empty texts ask for nothing.
struct Requirements {
  std::string glibc, macos, windows;
  bool operator==(const Requirements&) const = default;
};

struct Alternative {
  std::string format;  // "tar.zst"
  base::Url url;
  trust::Sha256 sha256;
  std::uint64_t size = 0;
  bool operator==(const Alternative&) const = default;
};

struct Delta {
  trust::Sha256 from_sha256;  // of the installed binary
  std::string path, format;
  base::Url url;
  trust::Sha256 sha256;
  std::uint64_t size = 0;
  bool operator==(const Delta&) const = default;
};

struct PlatformEntry {
  base::Url url;
  std::vector<base::Url> mirrors;
  trust::Sha256 sha256;
  std::uint64_t size = 0, unpacked_size = 0, entries = 0;
  std::vector<BinaryEntry> binaries;
  std::optional<std::string> agent;
  std::vector<std::string> probe;
  Requirements requirements;
  std::vector<Alternative> alternatives;
  std::vector<Delta> deltas;
  bool operator==(const PlatformEntry&) const = default;
};

struct RolloutStep {
  base::Time at;
  int basis_points = 0;  // 0 to 10000
  bool operator==(const RolloutStep&) const = default;
};

struct Notice {  // of a yank or a halt
  std::string reason;
  std::optional<base::Time> since;
  bool operator==(const Notice&) const = default;
};

struct Release {
  base::Time date, published;
  Channel channel = Channel::stable;
  std::optional<std::string> commit;
  std::map<Platform, PlatformEntry> platforms;
  std::string notes;  // at most 4 KiB of plain text
  std::optional<base::Url> release_notes;
  bool breaking_changes = false, critical = false;
  std::optional<Version> minimum_upgrade_from;
  std::optional<Notice> yanked;
  std::vector<RolloutStep> rollout;  // ascending; empty: everybody at once
  bool operator==(const Release&) const = default;
};

// A manifest of one channel, or the combined one (`channel` absent).
struct Manifest {
  std::string product;
  std::optional<Channel> channel;
  std::map<Channel, std::string>
      channel_files;  // "channels": further files that the combined one names
  std::uint64_t generation = 0;
  base::Time generated{};
  std::map<Channel, Version> latest;
  std::optional<Version> security_floor;
  std::optional<Notice> halt;
  std::map<Version, Release, std::greater<>> versions;  // newest first
  std::map<Version, std::string, std::greater<>> deprecation_notices;
  bool operator==(const Manifest&) const = default;
};

// The last part of a URL's path: the name of the archive that it fetches.
std::string asset_name(const base::Url& url);

// Reads what a trusted key signed, or metadata vouches for. Unknown fields are ignored; unknown
// platforms are left out (a newer releaser may know more). A newer major schema is refused with
// advice to update. Throws Errc::untrusted "stable.version-manifest.json: versions.1.2.3.…: …" for
// whatever does not have the form.
Manifest parse_manifest(const trust::ProvenBytes& bytes);

// The one text of a manifest: keys in the order of manifest-schema/README.md, two spaces, LF at the
// end; the same manifest gives the same bytes.
std::string write_manifest(const Manifest& manifest);

}  // namespace schema
