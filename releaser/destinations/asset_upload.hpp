#pragma once

#include "releaser/destinations/hosted_releases.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace releaser {

// Brings assets into drafts, and takes away what is in their way. Several threads may put at once.
class AssetUpload {
 public:
  // All three outlive this.
  AssetUpload(ReleaseApi& api, HostedReleases& releases, const ReleaseDialect& dialect);

  // Until the asset is there, once and whole; makes the draft where there is none. Throws
  // Errc::conflict where other bytes are public, Errc::network where it does not come about.
  void put(const WantedFile& file, const ReleasePlace& place);

  // What this run brought and nobody needs, since another run was first: a draft beside `found`,
  // assets whose names were public already (hosts that take a name twice).
  [[nodiscard]] bool has_superfluous(const HostedRelease& found) const;
  // Gives what left it in doubt, or nothing once all of that is gone.
  std::string remove_superfluous(const HostedRelease& found);

 private:
  // One try. Each gives what left it in doubt, or nothing once it is done.
  std::string try_to_put(const WantedFile& file, const ReleasePlace& place,
                         const WantedAsset& asset);
  std::string make_draft(const ReleasePlace& place);
  std::string remove(const HostedRelease& release, std::uint64_t asset);
  std::string remove_made_draft(const std::string& tag);
  // Gives the lock back before the bytes are sent.
  std::string send(const WantedFile& file, const WantedAsset& asset, const HostedRelease& found,
                   HostedReleases::Lock lock);
  [[nodiscard]] std::vector<std::uint64_t> doubles(const HostedRelease& found) const;

  ReleaseApi& m_api;
  HostedReleases& m_releases;
  const ReleaseDialect& m_dialect;
  std::set<std::uint64_t> m_sent;  // assets
};

}  // namespace releaser
