#pragma once

#include "releaser/destinations/destination.hpp"
#include "releaser/destinations/hosted_release.hpp"
#include "releaser/destinations/release_api.hpp"
#include "releaser/destinations/release_marks.hpp"

#include <functional>
#include <memory>
#include <string>

namespace releaser {

// What one kind of host has of its own.
struct ReleaseDialect {
  std::string host;  // "GitHub"
  // URLs below that of the repository in the API.
  std::string page_size;  // "per_page=100"
  std::function<std::string(std::uint64_t release, std::uint64_t asset)> asset_path;
  // Where an asset of that name is uploaded to. Throws Errc::untrusted where the host names a place
  // that must not get the token.
  std::function<base::Url(const HostedRelease& release, const std::string& name)> upload_url;
  // Where its makers find the bytes of an asset, also of a draft.
  std::function<base::Url(const HostedRelease& release, const HostedAsset& asset)> bytes_url;
  LatestBy latest_by = LatestBy::age;
  // What asks for drafts alone, where the host can be asked so: "&draft=true".
  std::string drafts_alone;
  std::size_t transfers_at_once = 1;
};

// Releases of a host such as GitHub or Gitea: put() uploads to a draft, release_assets() makes it
// public. `repository_url` is that of the API. What the host shows is read once and again after
// each failure, so that a step is decided by what is there.
std::unique_ptr<Destination> make_release_host(const DestinationSettings& settings,
                                               const Network& network, ApiAccess access,
                                               const base::Url& repository_url,
                                               ReleaseDialect dialect);

}  // namespace releaser
