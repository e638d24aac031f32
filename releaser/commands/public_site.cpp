#include "releaser/commands/public_site.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/commands/site_reader.hpp"
#include "site/channel_manifest.hpp"
#include "site/metadata_walk.hpp"
#include "trust/minisign.hpp"

#include <algorithm>

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
  if (found.channels.empty()) {
    throw Error(Errc::not_found,
                cat("nothing is published at ", url.text(), "; cco-release publish does that"));
  }
  if (!found.combined) {
    throw Error(Errc::not_found,
                cat("version-manifest.json is missing at ", url.text(), "; publish again"));
  }
  return found;
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

// As an agent reads it that begins with the first root: everything from there to each channel's
// manifest, which must be the one that stands beside the metadata.
void verify_metadata(base::HttpClient& http, const base::Url& url, const FinalTrust& trust,
                     base::Time now, VerifiedSite& site) {
  site::MemoryStore store;
  site::MetadataWalk walk(
      http, site::address_at(url), store,
      {.pin = schema::RootPin{1, trust::sha256_of(trust.roots.front())}, .now = now});
  walk.refresh();
  const auto& metadata = walk.metadata();
  const std::uint64_t own = trust.roots.size();
  if (metadata.root().version != own) {
    throw Error(Errc::untrusted, cat("metadata ends with root ", metadata.root().version,
                                     ", and the trust folder with root ", own,
                                     "; publish again, from an up-to-date trust folder"));
  }
  site.roles = {{"root", metadata.root()},
                {"timestamp", *metadata.timestamp()},
                {"snapshot", *metadata.snapshot()},
                {"targets", *metadata.targets()}};
  for (const auto& [channel, manifest] : site.channels) {
    const std::string name = schema::manifest_name(channel);
    const auto target = walk.find_target(name);
    if (!target) {
      throw Error(Errc::not_found, cat("no metadata names ", name, "; publish again"));
    }
    site.roles.emplace(schema::channel_name(channel), *target->role);
    const std::string bytes = walk.fetch_target(*target, "").bytes();
    std::string beside;
    const FetchFile fetch = fetch_below(http, url);
    fetch(name, schema::kMaxManifestBytes, [&](std::string_view part) { beside += part; });
    if (beside != bytes) {
      throw Error(Errc::untrusted, cat("metadata names another ", name,
                                       " than the one that is public; publish again"));
    }
    const std::string digest = trust::sha256_of(bytes).hex();
    site.files.push_back({target_file(digest, name), bytes.size(), {}});
  }
}

}  // namespace

std::size_t not_checked(const VerifiedSite& site) {
  return static_cast<std::size_t>(
      std::count_if(site.files.begin(), site.files.end(),
                    [](const VerifiedFile& file) { return file.is_by_stolen_key; }));
}

VerifiedSite verify_site(base::HttpClient& http, const base::Url& url,
                         const SiteQuestion& question) {
  const auto& [product, keys, trust, installers, asked, now] = question;
  const Manifests manifests = read_manifests(http, url, product, keys);
  const FetchFile fetch = fetch_below(http, url);
  VerifiedSite site;
  site.channels = manifests.channels;
  if (keys.old) verify_manifest_signatures(fetch, manifests, keys, site.files);
  if (trust) verify_metadata(http, url, *trust, now, site);
  for (const auto& [version, release] : releases_to_verify(manifests, asked)) {
    const auto combined = manifests.combined->versions.find(version);
    if (combined == manifests.combined->versions.end() || !(combined->second == release)) {
      throw Error(Errc::untrusted,
                  cat("version-manifest.json does not say of ", version.text(), " what the ",
                      schema::channel_name(release.channel), " channel says; publish again"));
    }
    for (VerifiedFile& file : verify_release(fetch, product, version, release, keys, installers)) {
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

}  // namespace releaser
