#pragma once

#include "base/http.hpp"
#include "base/url.hpp"
#include "manifest-schema/manifest.hpp"
#include "releaser/commands/asset_place.hpp"
#include "releaser/metadata/public_floor.hpp"
#include "releaser/stages/verify_release.hpp"
#include "trust/tuf/metadata.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

// A site as a stranger sees it, who has no more than its URL and the public keys.
namespace releaser {

// How much of it is looked at: metadata and manifests, or also files of releases.
enum class SiteDepth { manifests, releases };

// With what it is read.
struct SiteQuestion {
  std::string product;
  ProductKeys keys;
  std::optional<FinalTrust> trust;      // nothing: minisign alone
  std::vector<RememberedFloor> floors;  // what was public there before (floors_of_site)
  AssetUrl asset_url;                   // where archives are; empty: below the site
  Installers installers = Installers::no;
  std::optional<std::string> version;  // one release instead of the newest of each channel
  SiteDepth depth = SiteDepth::releases;
  base::Time now{};
};

struct VerifiedSite {
  // Of the metadata that was walked: root, timestamp, snapshot, targets and the channels.
  std::map<std::string, trust::tuf::Header, std::less<>> roles;
  std::map<schema::Channel, schema::Manifest> channels;
  std::vector<std::string> versions;
  std::vector<VerifiedFile> files;
};

// How many of its files are by a stolen key alone.
std::size_t not_checked(const VerifiedSite& site);

// Where an asset is fetched from, by the name that a site gives it: "releases/v1.0.0/a.tar.gz".
FetchFile fetch_assets(base::HttpClient& http, const base::Url& url, const AssetUrl& asset_url);

// Walks the metadata from the first root as an agent does, all channels that it names, holds it
// against what is remembered, then checks the manifests beside it, and everything of the releases
// that are asked for. Throws Errc::untrusted, Errc::expired,
// Errc::not_found, Errc::network that names the file.
VerifiedSite verify_site(base::HttpClient& http, const base::Url& url,
                         const SiteQuestion& question);

using Releases = std::map<schema::Version, schema::Release, std::greater<>>;
// The newest releases that who follows the channel may have, but for those that were withdrawn, at
// most `count`. Throws Errc::not_found where there is none.
Releases newest_releases(const VerifiedSite& site, schema::Channel channel, std::size_t count);

// Sends an archive to the sink. Throws Errc::not_found where it is missing, and after its last byte
// Errc::untrusted where they were not those of the signed manifest.
void fetch_archive(const FetchFile& fetch, const schema::Version& version,
                   const schema::PlatformEntry& entry, const base::ByteSink& sink);

}  // namespace releaser
