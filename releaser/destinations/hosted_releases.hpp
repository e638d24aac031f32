#pragma once

#include "releaser/destinations/hosted_release.hpp"
#include "releaser/destinations/release_api.hpp"
#include "releaser/destinations/release_host.hpp"
#include "releaser/destinations/release_place.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace releaser {

// The releases of a repository as this run saw them last. Looking changes nothing at the host; what
// is known is looked up once, until forget(). Whoever has several threads at it holds lock() at
// each use of this and of what it gave.
class HostedReleases {
 public:
  using Lock = std::unique_lock<std::mutex>;
  // All references outlive this.
  HostedReleases(ReleaseApi& api, std::shared_ptr<Patience> patience, const base::Url& repository,
                 const ReleaseDialect& dialect);

  [[nodiscard]] Lock lock() { return Lock(m_mutex); }

  // The release or draft that a place is in; null where there is none. Throws Errc::conflict where
  // there are two drafts of the tag; but where this run made the later one, it is the earlier.
  [[nodiscard]] const HostedRelease* find(const ReleasePlace& place);
  // A public one as it is now, without its further assets.
  [[nodiscard]] std::optional<HostedRelease> find_by_tag(const std::string& tag);
  // Of the release that the host shows as its latest one.
  [[nodiscard]] std::optional<std::string> find_latest_tag();
  void learn_made(HostedRelease draft);
  // The draft of a tag that this run made.
  [[nodiscard]] std::optional<std::uint64_t> made_draft(const std::string& tag) const;
  void forget_made_draft(const std::string& tag);
  // What this run uploaded to that release.
  void learn(const HostedRelease& release, const HostedAsset& asset);
  // What it removed.
  void unlearn(const HostedRelease& release, std::uint64_t asset);
  // The next find() looks anew.
  void forget(const std::string& tag) { m_known.erase(tag); }
  void forget_drafts() { m_drafts.reset(); }

  // What makes the wanted asset be there once and whole; bytes are compared where the host gives no
  // digest, but for those that stand below the seal of a public release that is wanted.
  [[nodiscard]] AssetAction decide(const WantedAsset& asset, const HostedRelease& release);
  // The digest of an asset by its bytes. Needs no lock.
  [[nodiscard]] trust::Sha256 fetch_digest(const HostedRelease& release, const HostedAsset& asset);

  // For check_complete().
  void want(const std::string& tag, const WantedAsset& asset) { m_wanted[tag][asset.name] = asset; }
  // After a write was answered by 404: somebody deleted the release meanwhile, which is given as
  // doubt, and what was known of it is forgotten; else Errc::permission.
  std::string doubt_of_missing(const HostedRelease& release, const Written& written);
  // Throws Errc::conflict unless all that is wanted of the release is there, once and whole.
  void check_complete(const HostedRelease& release);

  [[nodiscard]] base::Url url_of(std::string_view path) const;
  [[nodiscard]] base::Url url_of(const HostedRelease& release) const;

 private:
  [[nodiscard]] std::optional<HostedRelease> look_up(const ReleasePlace& place);
  [[nodiscard]] std::optional<HostedRelease> find_draft(const std::string& tag);
  [[nodiscard]] std::vector<HostedRelease> list_drafts();
  [[nodiscard]] bool is_sealed(const WantedAsset& asset, const HostedRelease& release);
  [[nodiscard]] std::vector<HostedAsset>* known_assets(const HostedRelease& release);
  void list_assets(HostedRelease& release);
  enum class More { wanted, enough };
  void list_pages(const std::string& path, std::string_view filter,
                  const std::function<More(const base::json::Value& item)>& take);

  std::mutex m_mutex;
  ReleaseApi& m_api;
  std::shared_ptr<Patience> m_patience;
  const base::Url& m_repository;
  const ReleaseDialect& m_dialect;
  std::map<std::string, std::optional<HostedRelease>> m_known;  // by tag
  std::optional<std::vector<HostedRelease>> m_drafts;
  std::map<std::string, std::uint64_t> m_made_drafts;  // by tag
  std::map<std::string, std::map<std::string, WantedAsset>> m_wanted;
  // Of assets whose digest the host does not say, as this run fetched them.
  std::map<std::uint64_t, trust::Sha256> m_digests;
};

}  // namespace releaser
