#include "releaser/destinations/hosted_releases.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;
constexpr int kMaxPages = 1000;
// GitHub lists releases from the newest on, drafts among them, by the time of the commit or of the
// draft: one that this tool made and has not published yet is younger than that, or among the first
// hundred. One that is missed all the same is made anew.
constexpr std::chrono::hours kMostAgeOfDrafts{90 * 24};

HostedRelease release_of(const json::Value& value) {
  return parse_release(json::ObjectReader(value, "release", Errc::network));
}

// The one asset of that name, and whole; null where there are more.
const HostedAsset* find_alone(std::string_view name, const HostedRelease& release) {
  const HostedAsset* found = nullptr;
  for (const HostedAsset& asset : release.assets) {
    if (asset.name != name) continue;
    if (found != nullptr || !asset.is_whole) return nullptr;
    found = &asset;
  }
  return found;
}

std::string name_of(const HostedRelease& draft) {
  return cat(base::safe_text(draft.page, 300), " (number ", draft.id, ")");
}

}  // namespace

HostedReleases::HostedReleases(ReleaseApi& api, std::shared_ptr<Patience> patience,
                               const base::Url& repository, const ReleaseDialect& dialect)
    : m_api(api), m_patience(std::move(patience)), m_repository(repository), m_dialect(dialect) {}

base::Url HostedReleases::url_of(std::string_view path) const {
  return base::Url::parse(cat(m_repository.text(), path));
}

base::Url HostedReleases::url_of(const HostedRelease& release) const {
  return url_of(cat("/releases/", release.id));
}

const HostedRelease* HostedReleases::find(const ReleasePlace& place) {
  auto found = m_known.find(place.tag);
  if (found == m_known.end()) found = m_known.emplace(place.tag, look_up(place)).first;
  return found->second ? &*found->second : nullptr;
}

void HostedReleases::learn_made(HostedRelease draft) {
  const std::string tag = draft.tag;
  m_made_drafts.insert_or_assign(tag, draft.id);
  m_known.insert_or_assign(tag, std::move(draft));
}

std::optional<std::uint64_t> HostedReleases::made_draft(const std::string& tag) const {
  const auto found = m_made_drafts.find(tag);
  if (found == m_made_drafts.end()) return std::nullopt;
  return found->second;
}

void HostedReleases::forget_made_draft(const std::string& tag) {
  m_made_drafts.erase(tag);
  forget_drafts();
}

// Another thread may have forgotten it, or seen another one in its place.
std::vector<HostedAsset>* HostedReleases::known_assets(const HostedRelease& release) {
  const auto found = m_known.find(release.tag);
  if (found == m_known.end() || !found->second || found->second->id != release.id) return nullptr;
  return &found->second->assets;
}

void HostedReleases::learn(const HostedRelease& release, const HostedAsset& asset) {
  if (asset.sha256) m_digests.insert_or_assign(asset.id, *asset.sha256);
  unlearn(release, asset.id);
  if (auto* const assets = known_assets(release)) assets->push_back(asset);
}

void HostedReleases::unlearn(const HostedRelease& release, std::uint64_t asset) {
  auto* const assets = known_assets(release);
  if (assets == nullptr) return;
  std::erase_if(*assets, [&](const HostedAsset& each) { return each.id == asset; });
}

std::optional<HostedRelease> HostedReleases::find_by_tag(const std::string& tag) {
  const auto found = m_api.find(url_of(cat("/releases/tags/", base::percent_encode(tag))));
  if (!found) return std::nullopt;
  return release_of(*found);
}

std::optional<std::string> HostedReleases::find_latest_tag() {
  const auto shown = m_api.find(url_of("/releases/latest"));
  if (!shown) return std::nullopt;
  return release_of(*shown).tag;
}

std::optional<HostedRelease> HostedReleases::look_up(const ReleasePlace& place) {
  std::optional<HostedRelease> release;
  if (!place.is_staged) release = find_by_tag(place.tag);
  // Drafts are for whoever may write, and in the list alone.
  if (!release && !m_api.access().token.empty()) release = find_draft(place.tag);
  if (!release) return release;
  list_assets(*release);
  for (HostedAsset& asset : release->assets) {
    const auto digest = m_digests.find(asset.id);
    if (!asset.sha256 && digest != m_digests.end()) asset.sha256 = digest->second;
  }
  return release;
}

// It is looked for each time, since others may make one, or publish it.
std::optional<HostedRelease> HostedReleases::find_draft(const std::string& tag) {
  if (!is_staged_tag(tag) || !m_drafts) m_drafts = list_drafts();
  std::optional<HostedRelease> found;
  const auto made = made_draft(tag);
  const bool is_late =
      made && std::any_of(m_drafts->begin(), m_drafts->end(),
                          [&](const auto& each) { return each.tag == tag && each.id < *made; });
  for (const HostedRelease& draft : *m_drafts) {
    if (draft.tag != tag || (is_late && draft.id >= *made)) continue;
    if (found) {
      throw Error(Errc::conflict,
                  cat("there are two drafts of ", tag, ": ", name_of(*found), " and ",
                      name_of(draft), "; delete the one that is not meant and run again"));
    }
    found = draft;
  }
  return found;
}

// The pages of a list of the API, until `take` has had enough of an item; its page is read to the
// end.
void HostedReleases::list_pages(const std::string& path, std::string_view filter,
                                const std::function<More(const json::Value& item)>& take) {
  std::uint64_t seen = 0;
  More more = More::wanted;
  for (int number = 1; number <= kMaxPages && more == More::wanted; ++number) {
    const Page page =
        m_api.list(url_of(cat(path, "?", m_dialect.page_size, filter, "&page=", number)));
    for (const json::Value& item : page.items)
      more = take(item);
    seen += page.items.size();
    const bool has_next = page.has_next || (page.total && seen < *page.total);
    if (!has_next || page.items.empty()) break;
  }
}

std::vector<HostedRelease> HostedReleases::list_drafts() {
  const std::string oldest = base::format_time(m_patience->now() - kMostAgeOfDrafts);
  std::vector<HostedRelease> drafts;
  list_pages("/releases", m_dialect.drafts_alone, [&](const json::Value& item) {
    HostedRelease release = release_of(item);
    const bool is_old = !release.created.empty() && release.created < oldest;
    if (release.is_draft) drafts.push_back(std::move(release));
    return is_old && m_dialect.drafts_alone.empty() ? More::enough : More::wanted;
  });
  return drafts;
}

// A release may have more assets than stand in its own answer.
void HostedReleases::list_assets(HostedRelease& release) {
  constexpr std::size_t kSureToBeAll = 30;
  if (release.assets.size() < kSureToBeAll) return;
  std::vector<HostedAsset> all;
  list_pages(cat("/releases/", release.id, "/assets"), "", [&](const json::Value& item) {
    all.push_back(parse_asset(json::ObjectReader(item, "asset", Errc::network)));
    return More::wanted;
  });
  release.assets = std::move(all);
}

AssetAction HostedReleases::decide(const WantedAsset& asset, const HostedRelease& release) {
  AssetAction action = reconcile(asset, release);
  if (action.step != AssetStep::compare_bytes) return action;
  HostedRelease compared = release;
  const bool is_right = is_sealed(asset, release);
  for (HostedAsset& each : compared.assets) {
    if (each.name != asset.name || each.sha256 || each.size != asset.size) continue;
    if (is_right) {
      each.sha256 = asset.sha256;
      continue;
    }
    const auto known = m_digests.find(each.id);
    each.sha256 = known != m_digests.end()
                      ? known->second
                      : m_digests.emplace(each.id, fetch_digest(release, each)).first->second;
  }
  return reconcile(asset, compared);
}

// The seal of a public release was put when everything else was there and compared, and no host has
// a way to change the bytes of an asset: what somebody puts in its place is a younger one (ADR
// 101).
bool HostedReleases::is_sealed(const WantedAsset& asset, const HostedRelease& release) {
  if (release.is_draft || asset.name == kSealName) return false;
  const HostedAsset* const seal = find_alone(kSealName, release);
  const HostedAsset* const found = find_alone(asset.name, release);
  if (seal == nullptr || found == nullptr || found->id >= seal->id) return false;
  const auto wanted = m_wanted.find(release.tag);
  if (wanted == m_wanted.end()) return false;
  const auto wanted_seal = wanted->second.find(std::string(kSealName));
  if (wanted_seal == wanted->second.end() || wanted_seal->second.size != seal->size) return false;
  auto digest = m_digests.find(seal->id);
  if (digest == m_digests.end())
    digest = m_digests.emplace(seal->id, fetch_digest(release, *seal)).first;
  return digest->second == wanted_seal->second.sha256;
}

trust::Sha256 HostedReleases::fetch_digest(const HostedRelease& release, const HostedAsset& asset) {
  for (int tries = 1;; ++tries) {
    try {
      trust::Sha256Hasher hasher;
      static_cast<void>(m_api.download(m_dialect.bytes_url(release, asset),
                                       [&](std::string_view bytes) { hasher.update(bytes); }));
      return hasher.finish();
    } catch (const Error& error) {
      if (error.code() != Errc::network) throw;
      m_api.wait_or_give_up(tries, error.what());
    }
  }
}

std::string HostedReleases::doubt_of_missing(const HostedRelease& release, const Written& written) {
  if (m_api.find(url_of(release))) m_api.refuse_write(written);
  std::string doubt = cat("somebody deleted the release of ", release.tag, " meanwhile");
  forget_drafts();
  const std::string tag = release.tag;
  forget(tag);
  return doubt;
}

void HostedReleases::check_complete(const HostedRelease& release) {
  const auto wanted = m_wanted.find(release.tag);
  if (wanted == m_wanted.end()) return;
  for (const auto& [name, asset] : wanted->second) {
    const AssetAction action = decide(asset, release);
    if (action.step == AssetStep::nothing && action.remove.empty()) continue;
    throw Error(Errc::conflict, cat(name, " of ", release.tag,
                                    " is not what was uploaded; somebody changed it meanwhile: "
                                    "run the same command again"));
  }
}

}  // namespace releaser
