#pragma once

#include "base/json.hpp"
#include "trust/digest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace releaser {

// An asset of a release as GitHub, Gitea and the like show it.
struct HostedAsset {
  std::uint64_t id = 0;
  std::string name;
  std::uint64_t size = 0;
  bool is_whole = false;                // false: an upload broke and left this
  std::optional<trust::Sha256> sha256;  // where the host says it
  std::string uuid;                     // by which Gitea serves it
};

struct HostedRelease {
  std::uint64_t id = 0;
  std::string tag, name, notes, page, upload_url;
  std::string created;  // "2026-11-20T10:00:00Z", as the host says it
  bool is_draft = false, is_prerelease = false, is_immutable = false;
  std::vector<HostedAsset> assets;
};

// Reads the host's JSON. Throws Errc::network: it is no answer of such a host.
HostedAsset parse_asset(const base::json::ObjectReader& asset);
HostedRelease parse_release(const base::json::ObjectReader& release);

struct WantedAsset {
  std::string name;
  std::uint64_t size = 0;
  trust::Sha256 sha256;
};

enum class AssetStep {
  nothing,        // it is there
  upload,         // it is missing, or `remove` makes place for it
  compare_bytes,  // the host does not say its digest: `candidates` may be it
  refuse,         // other bytes are public under its name
  refuse_missing  // it is missing, and the release cannot be changed any more
};

struct AssetAction {
  AssetStep step = AssetStep::nothing;
  std::vector<std::uint64_t> candidates;  // assets of the right name and size
  std::vector<std::uint64_t> remove;      // assets in the way, or doubles, to be deleted first
  bool operator==(const AssetAction&) const = default;
};

// What makes the wanted asset be there once and whole. Pure. Nothing that is whole and public is
// ever deleted.
AssetAction reconcile(const WantedAsset& wanted, const HostedRelease& found);

}  // namespace releaser
