#include "releaser/destinations/asset_upload.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using base::HttpMethod;
namespace json = base::json;

void check_contents(const WantedFile& file) {
  trust::Sha256Hasher hasher;
  if (const auto* const path = std::get_if<base::Path>(&file.contents)) {
    base::stream_file(base::open_regular_file(*path),
                      [&](std::string_view bytes) { hasher.update(bytes); });
  } else {
    hasher.update(std::get<std::string>(file.contents));
  }
  if (hasher.finish() != file.sha256) {
    throw Error(Errc::conflict, cat(file.name, " changed while it was copied; run again"));
  }
}

// "Cannot upload assets to an immutable release."
bool is_of_immutable(const Written& written) {
  return written.problem.find("immutable release") != std::string::npos;
}

}  // namespace

AssetUpload::AssetUpload(ReleaseApi& api, HostedReleases& releases, const ReleaseDialect& dialect)
    : m_api(api), m_releases(releases), m_dialect(dialect) {}

void AssetUpload::put(const WantedFile& file, const ReleasePlace& place) {
  check_contents(file);
  const WantedAsset asset{place.name, file.size, file.sha256};
  if (!place.is_staged) {
    const HostedReleases::Lock lock = m_releases.lock();
    m_releases.want(place.tag, asset);
  }
  for (int tries = 1;; ++tries) {
    const std::string doubt = try_to_put(file, place, asset);
    if (doubt.empty()) return;
    {
      const HostedReleases::Lock lock = m_releases.lock();
      m_releases.forget(place.tag);
    }
    m_api.wait_or_give_up(tries, doubt);
  }
}

std::string AssetUpload::try_to_put(const WantedFile& file, const ReleasePlace& place,
                                    const WantedAsset& asset) {
  HostedReleases::Lock lock = m_releases.lock();
  const HostedRelease* release = m_releases.find(place);
  if (release == nullptr) {
    if (std::string doubt = make_draft(place); !doubt.empty()) return doubt;
    release = m_releases.find(place);
    if (release == nullptr) return cat("the new draft of ", place.tag, " is not shown yet");
  }
  const AssetAction action = m_releases.decide(asset, *release);
  if (action.step == AssetStep::refuse) {
    throw Error(Errc::conflict,
                cat("other bytes are public already as ", file.name, "; choose a new version"));
  }
  if (action.step == AssetStep::refuse_missing) {
    throw Error(Errc::conflict,
                cat(file.name,
                    " is missing in a release that cannot be changed any more (it is "
                    "immutable); yank this version and publish the next one"));
  }
  for (const std::uint64_t id : action.remove) {
    if (std::string doubt = remove(*release, id); !doubt.empty()) return doubt;
  }
  return action.step == AssetStep::nothing ? "" : send(file, asset, *release, std::move(lock));
}

std::string AssetUpload::make_draft(const ReleasePlace& place) {
  const json::Object fields{
      {"tag_name", place.tag},
      {"name",
       place.is_staged ? cat(place.tag, " waits for signatures; do not publish it") : place.tag},
      {"draft", true}};
  const Written written = m_api.write(HttpMethod::post, m_releases.url_of("/releases"), fields);
  m_releases.forget(place.tag);
  m_releases.forget_drafts();
  if (!written.doubt.empty()) return written.doubt;
  // Somebody else, or an earlier try, was faster: it is found at the next look.
  if (!written.problem.empty()) return cat("make a draft of ", place.tag, ": ", written.problem);
  HostedRelease made = parse_release(json::ObjectReader(written.body, "release", Errc::network));
  made.tag = place.tag;
  m_releases.learn_made(std::move(made));
  return "";
}

std::string AssetUpload::remove(const HostedRelease& release, std::uint64_t asset) {
  const Written written =
      m_api.write(HttpMethod::remove, m_releases.url_of(m_dialect.asset_path(release.id, asset)),
                  std::nullopt, NotFound::tell);
  if (!written.doubt.empty()) return written.doubt;
  if (is_of_immutable(written)) return written.problem;
  if (written.status != 404 && !written.problem.empty()) {
    throw Error(Errc::conflict, cat("delete an asset of ", release.tag, ": ", written.problem));
  }
  m_releases.unlearn(release, asset);
  return "";
}

std::string AssetUpload::remove_made_draft(const std::string& tag) {
  const base::Url url = m_releases.url_of(cat("/releases/", *m_releases.made_draft(tag)));
  const Written written = m_api.write(HttpMethod::remove, url, std::nullopt, NotFound::tell);
  if (!written.doubt.empty()) return written.doubt;
  if (written.status != 404 && !written.problem.empty())
    throw Error(Errc::conflict, cat("delete a second draft of ", tag, ": ", written.problem));
  m_releases.forget_made_draft(tag);
  return "";
}

// Those of ours, where one of another run has the name.
std::vector<std::uint64_t> AssetUpload::doubles(const HostedRelease& found) const {
  std::vector<std::uint64_t> ours;
  if (found.is_draft || found.is_immutable) return ours;
  std::set<std::string> names;
  for (const HostedAsset& asset : found.assets)
    if (asset.is_whole && !m_sent.contains(asset.id)) names.insert(asset.name);
  for (const HostedAsset& asset : found.assets)
    if (m_sent.contains(asset.id) && names.contains(asset.name)) ours.push_back(asset.id);
  return ours;
}

bool AssetUpload::has_superfluous(const HostedRelease& found) const {
  const auto made = m_releases.made_draft(found.tag);
  return (made && *made != found.id) || !doubles(found).empty();
}

std::string AssetUpload::remove_superfluous(const HostedRelease& found) {
  const HostedRelease release = found;  // remove() changes what is known of it
  const auto made = m_releases.made_draft(release.tag);
  if (made && *made != release.id) {
    if (std::string doubt = remove_made_draft(release.tag); !doubt.empty()) return doubt;
  }
  for (const std::uint64_t id : doubles(release))
    if (std::string doubt = remove(release, id); !doubt.empty()) return doubt;
  return "";
}

std::string AssetUpload::send(const WantedFile& file, const WantedAsset& asset,
                              const HostedRelease& found, HostedReleases::Lock lock) {
  HostedRelease release = found;
  release.assets.clear();
  lock.unlock();
  const base::HttpUpload upload{"application/octet-stream", file.contents, file.size};
  const Written written = m_api.write(HttpMethod::post, m_dialect.upload_url(release, asset.name),
                                      upload, NotFound::tell);
  if (!written.doubt.empty()) return written.doubt;
  if (written.status == 404) {
    lock.lock();
    return m_releases.doubt_of_missing(release, written);
  }
  if (!written.problem.empty()) {
    // Somebody else brought it, or published all of them, meanwhile: to be looked at again.
    if (written.problem.find("already_exists") != std::string::npos || is_of_immutable(written))
      return written.problem;
    throw Error(Errc::conflict, cat("upload ", file.name, ": ", written.problem));
  }
  HostedAsset made = parse_asset(json::ObjectReader(written.body, "asset", Errc::network));
  lock.lock();
  m_sent.insert(made.id);
  lock.unlock();
  // A host that names no digest is asked for the bytes, while nobody else can see them.
  if (!made.sha256 && made.is_whole && made.size == asset.size)
    made.sha256 = m_releases.fetch_digest(release, made);
  lock.lock();
  m_releases.learn(release, made);
  if (made.name != asset.name) {
    static_cast<void>(remove(release, made.id));
    throw Error(Errc::config,
                cat(m_dialect.host, " stores ", asset.name, " as ", base::safe_text(made.name, 200),
                    "; choose names of archives that it leaves as they are"));
  }
  const bool is_right = made.is_whole && made.size == asset.size && made.sha256 == asset.sha256;
  return is_right ? "" : cat(asset.name, " did not arrive as it was sent");
}

}  // namespace releaser
