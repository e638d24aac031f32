#pragma once

#include "base/clock.hpp"
#include "base/file.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/manifest.hpp"
#include "releaser/archive/archive.hpp"
#include "releaser/stages/target.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace releaser {

// One platform of a draft: its archive, and what of the binaries in it the manifest says.
struct DraftArchive {
  std::string platform;  // "linux-x86_64"
  std::string asset;
  PackedArchive packed;              // its blake2b is not kept
  std::optional<std::string> agent;  // name of the agent's binary in it
  schema::Requirements requirements;
  std::optional<std::string> alternative;  // as Target has them, among extra_files
  std::vector<DeltaFile> deltas;
};

// A further file in dist/V/assets, an asset of the release like its archives: of [release]
// extra_files, which no manifest names, or of those in agent_assets.hpp.
struct ExtraFile {
  std::string name;
  std::uint64_t size = 0;
  trust::Sha256 sha256;
  trust::Blake2b blake2b{};  // not kept in a draft
};

// dist/V/draft.json: a release whose bytes are settled and that waits for signatures. Whoever
// signs, and whoever publishes with the signatures, makes everything but the archives from it
// again, and compares.
struct ReleaseDraft {
  std::string product, version;
  schema::Channel channel = schema::Channel::stable;
  std::optional<std::string> commit;
  base::Time date{}, published{};
  std::string tool_version;
  std::map<std::string, std::uint64_t> before;  // generations of the manifests that were public
  // Metadata of the channel, as it has to be signed.
  std::uint64_t role_version = 0;
  base::Time role_expires{};
  std::vector<DraftArchive> archives;
  std::vector<ExtraFile> extra_files;
  std::map<std::string, trust::Sha256> files;  // all that gets a signature, by its public name
};

inline constexpr std::size_t kMaxDraftBytes = std::size_t{4} * 1024 * 1024;
inline constexpr std::string_view kDraftName = "draft.json";

// Throws Errc::config for what was not written by write_draft() or by a newer one.
ReleaseDraft parse_draft(std::string_view text);
std::string write_draft(const ReleaseDraft& draft);

}  // namespace releaser
