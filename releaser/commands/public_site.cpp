#include "releaser/commands/public_site.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/commands/site_metadata.hpp"
#include "releaser/commands/site_reader.hpp"
#include "site/channel_manifest.hpp"
#include "trust/minisign.hpp"

#include <algorithm>
#include <iterator>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::uint64_t kMaxInstallerBytes = 4UL * 1024 * 1024;

struct Manifests {
  std::map<schema::Channel, schema::Manifest> channels;
  std::optional<schema::Manifest> combined;
};

Manifests read_manifests(base::HttpClient& http, const base::Url& url, const std::string& product,
                         const ProductKeys& keys) {
  const site::Site reached{http, {url}};
  Manifests found;
  for (const schema::Channel channel : schema::kChannels) {
    auto proven = site::fetch_manifest(
        reached, {.product = product, .channel = channel, .keys = keys.trusted});
    if (proven) found.channels.emplace(channel, std::move(proven->manifest));
  }
  auto combined = site::fetch_manifest(
      reached, {.product = product, .channel = std::nullopt, .keys = keys.trusted});
  if (combined) found.combined = std::move(combined->manifest);
  return found;
}

void require_manifests(const Manifests& found, const base::Url& url) {
  if (found.channels.empty()) {
    throw Error(Errc::not_found,
                cat("nothing is published at ", url.text(), "; cco-release publish does that"));
  }
  if (!found.combined) {
    throw Error(Errc::not_found,
                cat("version-manifest.json is missing at ", url.text(), "; publish again"));
  }
}

// The versions to look at, each with its entry: the one that was asked for, else what each channel
// shows first.
std::map<schema::Version, schema::Release> releases_to_verify(
    const Manifests& manifests, const std::optional<std::string>& asked) {
  std::map<schema::Version, schema::Release> releases;
  if (asked) {
    const auto version = schema::Version::parse(*asked);
    for (const auto& [channel, manifest] : manifests.channels) {
      const auto found = manifest.versions.find(version);
      if (found != manifest.versions.end()) releases.emplace(version, found->second);
    }
    if (releases.empty()) {
      throw Error(Errc::not_found, cat(version.text(), " is in no manifest; publish it"));
    }
    return releases;
  }
  for (const auto& [channel, manifest] : manifests.channels) {
    for (const auto& [of, version] : manifest.latest) {
      releases.emplace(version, manifest.versions.at(version));
    }
  }
  return releases;
}

// By the name that a site gives an asset: "releases/v1.0.0/a.tar.gz".
std::function<base::Url(std::string_view)> release_file_url(const AssetUrl& asset_url) {
  return [asset_url](std::string_view name) {
    const std::vector<std::string_view> parts = base::split(name, '/');
    if (parts.size() == 3 && parts[0] == "releases") return asset_url(parts[1], parts[2]);
    throw Error(Errc::internal, cat(name, " is no asset of a release"));
  };
}

std::string fetch_text(const FetchFile& fetch, const std::string& name, bool& found) {
  std::string text;
  found = fetch(name, kMaxInstallerBytes, [&](std::string_view bytes) { text += bytes; });
  return text;
}

void verify_top_installers(const FetchFile& fetch, const std::string& product,
                           const ProductKeys& keys, const schema::Version& pinned,
                           std::vector<VerifiedFile>& verified) {
  for (const std::string name : {"install.sh", "install.ps1"}) {
    base::with_context(name, [&] {
      bool found = false;
      const std::string text = fetch_text(fetch, name, found);
      if (!found) throw Error(Errc::not_found, "is missing; publish again");
      auto signed_by = verify_signatures(fetch, name, trust::blake2b_of(text), keys,
                                         [&](const trust::TrustedComment& comment) {
                                           comment.require("app", product);
                                           comment.require("file", name);
                                           comment.require("version", pinned.text());
                                         });
      verified.push_back({name, text.size(), std::move(signed_by)});
    });
  }
}

// What installers read. Which bytes are right, read_manifests() has proven.
void verify_manifest_signatures(const FetchFile& fetch, const Manifests& manifests,
                                const ProductKeys& keys, std::vector<VerifiedFile>& verified) {
  for (const auto of : schema::kManifestsOfSite) {
    if (of && !manifests.channels.contains(*of)) continue;
    const std::string name = schema::manifest_name(of);
    base::with_context(name, [&] {
      bool found = false;
      const std::string text = fetch_text(fetch, name, found);
      auto signed_by = verify_signatures(
          fetch, name, trust::blake2b_of(text), keys,
          [&](const trust::TrustedComment& comment) { comment.require("file", name); });
      verified.push_back({name, text.size(), std::move(signed_by)});
    });
  }
}

// Each manifest that metadata names stands beside it, for installers and people, with the same
// bytes, and there is none that it does not name.
void compare_manifests(const FetchFile& fetch, const MetadataSet& set, const Manifests& manifests,
                       VerifiedSite& site) {
  for (const auto& [role, channel] : set.channels) {
    if (!channel.manifest) continue;
    const std::string name = target_name(role);
    bool found = false;
    const std::string beside = fetch_text(fetch, name, found);
    if (!found) {
      throw Error(Errc::untrusted, cat("metadata names ", name,
                                       ", which is not there: somebody took it away; put it and "
                                       "its .minisig back, or publish again"));
    }
    if (beside != channel.manifest->bytes()) {
      throw Error(Errc::untrusted, cat("metadata names another ", name,
                                       " than the one that is public; publish again"));
    }
    site.roles.emplace(role, channel.content);
    site.files.push_back(
        {target_file(trust::sha256_of(beside).hex(), name), beside.size(), {}, false});
  }
  for (const auto& [channel, manifest] : manifests.channels) {
    const auto role = set.channels.find(schema::channel_name(channel));
    if (role != set.channels.end() && role->second.manifest) continue;
    throw Error(Errc::not_found,
                cat("no metadata names ", schema::manifest_name(channel), "; publish again"));
  }
}

void verify_metadata(base::HttpClient& http, const base::Url& url, const SiteQuestion& question,
                     const Manifests& manifests, VerifiedSite& site) {
  const auto set = read_site_metadata(http, url, *question.trust, question.floors, question.now);
  if (!set) {
    require_manifests(manifests, url);
    throw Error(Errc::not_found,
                cat(kTimestampFile, " is missing at ", url.text(), "; publish again"));
  }
  site.roles = {{"root", set->root},
                {"timestamp", set->timestamp},
                {"snapshot", set->snapshot},
                {"targets", set->targets}};
  compare_manifests(fetch_below(http, url), *set, manifests, site);
}

}  // namespace

std::size_t not_checked(const VerifiedSite& site) {
  return static_cast<std::size_t>(
      std::count_if(site.files.begin(), site.files.end(),
                    [](const VerifiedFile& file) { return file.is_by_stolen_key; }));
}

FetchFile fetch_assets(base::HttpClient& http, const base::Url& url, const AssetUrl& asset_url) {
  return asset_url ? fetch_from(http, release_file_url(asset_url)) : fetch_below(http, url);
}

VerifiedSite verify_site(base::HttpClient& http, const base::Url& url,
                         const SiteQuestion& question) {
  const std::string& product = question.product;
  const ProductKeys& keys = question.keys;
  const Installers installers = question.installers;
  const Manifests manifests = read_manifests(http, url, product, keys);
  const FetchFile fetch = fetch_below(http, url);
  const FetchFile fetch_asset = fetch_assets(http, url, question.asset_url);
  VerifiedSite site;
  site.channels = manifests.channels;
  if (question.trust) verify_metadata(http, url, question, manifests, site);
  require_manifests(manifests, url);
  if (question.depth == SiteDepth::manifests) return site;
  if (keys.old) verify_manifest_signatures(fetch, manifests, keys, site.files);
  for (const auto& [version, release] : releases_to_verify(manifests, question.version)) {
    const auto combined = manifests.combined->versions.find(version);
    if (combined == manifests.combined->versions.end() || !(combined->second == release)) {
      throw Error(Errc::untrusted,
                  cat("version-manifest.json does not say of ", version.text(), " what the ",
                      schema::channel_name(release.channel), " channel says; publish again"));
    }
    for (VerifiedFile& file :
         verify_release(fetch_asset, product, version, release, keys, installers)) {
      site.files.push_back(std::move(file));
    }
    site.versions.push_back(version.text());
  }
  if (installers == Installers::yes) {
    const auto& latest = manifests.combined->latest;
    const auto stable = latest.find(schema::Channel::stable);
    const schema::Version& pinned =
        stable != latest.end() ? stable->second : manifests.combined->versions.begin()->first;
    verify_top_installers(fetch, product, keys, pinned, site.files);
  }
  return site;
}

Releases newest_releases(const VerifiedSite& site, schema::Channel channel, std::size_t count) {
  Releases releases;
  for (const schema::Channel seen : schema::channels_seen_by(channel)) {
    const auto manifest = site.channels.find(seen);
    if (manifest == site.channels.end()) continue;
    for (const auto& [version, release] : manifest->second.versions)
      if (!release.yanked) releases.emplace(version, release);
  }
  while (releases.size() > count)
    releases.erase(std::prev(releases.end()));
  if (releases.empty()) {
    throw Error(Errc::not_found, cat("no release of channel ", schema::channel_name(channel),
                                     " is public there; --channel names another"));
  }
  return releases;
}

void fetch_archive(const FetchFile& fetch, const schema::Version& version,
                   const schema::PlatformEntry& entry, const base::ByteSink& sink) {
  trust::Sha256Hasher sha256;
  const std::string name = cat("releases/v", version.text(), "/", schema::asset_name(entry.url));
  const bool found = fetch(name, entry.size, [&](std::string_view bytes) {
    sha256.update(bytes);
    sink(bytes);
  });
  if (!found) throw Error(Errc::not_found, "is missing; cco-release verify tells more");
  if (sha256.finish() != entry.sha256) {
    throw Error(Errc::untrusted, "is not what the signed manifest says; nothing of it is kept");
  }
}

}  // namespace releaser
