#include "releaser/destinations/release_host.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/destinations/asset_upload.hpp"
#include "releaser/destinations/public_download.hpp"
#include "releaser/destinations/release_words.hpp"

#include <algorithm>
#include <future>
#include <map>
#include <optional>
#include <utility>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using base::HttpMethod;
namespace json = base::json;

class ReleaseHost final : public Destination {
 public:
  ReleaseHost(const DestinationSettings& given, const Network& network, ApiAccess access,
              base::Url repository_url, ReleaseDialect dialect)
      : Destination(given),
        m_repository(std::move(repository_url)),
        m_dialect(std::move(dialect)),
        m_api(network, std::move(access)),
        m_releases(m_api, network.patience, m_repository, m_dialect),
        m_upload(m_api, m_releases, m_dialect),
        m_download(network, m_api) {}

  [[nodiscard]] std::string place() const override {
    return cat(m_dialect.host, " ", settings().repository);
  }

  void preflight() const override {
    m_api.require_token();
    const auto found = m_api.find(m_repository);
    if (!found) {
      throw Error(
          Errc::permission,
          cat(m_dialect.host, " shows no repository ", settings().repository, " to the token of ",
              m_api.access().token_from, "; look at `repository`, and give a token with ",
              m_api.access().permission, " of it"));
    }
    const json::ObjectReader repository(*found, "repository", Errc::network);
    if (repository.boolean("private", false)) {
      throw Error(Errc::config, cat(settings().repository,
                                    " is private: users could not fetch from it; publish to a "
                                    "repository that is public"));
    }
    if (repository.boolean("archived", false)) {
      throw Error(Errc::permission, cat(settings().repository,
                                        " is archived, nothing can be "
                                        "published there; unarchive it"));
    }
    // The token of an app has no user, and all of these are false.
    const auto rights = repository.optional_object("permissions");
    if (rights && rights->boolean("pull", false) && !rights->boolean("push", false)) {
      throw Error(Errc::permission, cat("the token of ", m_api.access().token_from, " may read ",
                                        settings().repository, " and not write there; it needs ",
                                        m_api.access().permission));
    }
  }

  // There is nothing to lock: what two publishers do at once is decided by what they find.
  void acquire() override {}
  void clean_up(const std::vector<WantedFile>&) override {}

  [[nodiscard]] std::optional<std::string> read(std::string_view name,
                                                std::size_t max_bytes) const override {
    const auto place = release_place(name);
    if (!place) return std::nullopt;
    if (!place->is_staged && !is_shown(*place)) return std::nullopt;
    const auto kept = m_read.find(name);
    if (kept != m_read.end() && kept->second.size() <= max_bytes) return kept->second;
    std::string text;
    const bool is_there = stream(name, [&](std::string_view bytes) {
      if (bytes.size() > max_bytes - text.size()) {
        throw Error(Errc::config, cat(name, " is larger than the ", max_bytes, " bytes allowed"));
      }
      text += bytes;
    });
    if (!is_there) return std::nullopt;
    // A public asset does not change, and signatures are asked for at each stage.
    if (!place->is_staged) m_read.insert_or_assign(std::string(name), text);
    return text;
  }

  bool stream(std::string_view name, const base::ByteSink& sink) const override {
    const auto place = release_place(name);
    if (!place) return false;
    return place->is_staged ? stream_staged(*place, sink)
                            : m_download.stream(settings(), *place, sink);
  }

  [[nodiscard]] Found find(const WantedFile& file) const override {
    const auto place = release_place(file.name);
    if (!place) return Found::absent;
    const WantedAsset asset{place->name, file.size, file.sha256};
    if (!place->is_staged) m_releases.want(place->tag, asset);
    const HostedRelease* const release = m_releases.find(*place);
    if (release == nullptr) return Found::absent;
    const AssetAction action = m_releases.decide(asset, *release);
    const auto is_whole = [&](std::uint64_t id) {
      return std::any_of(release->assets.begin(), release->assets.end(),
                         [&](const HostedAsset& each) { return each.id == id && each.is_whole; });
    };
    switch (action.step) {
      case AssetStep::nothing:
        return action.remove.empty() ? Found::same : Found::different;
      case AssetStep::upload:
      case AssetStep::compare_bytes:
        return std::any_of(action.remove.begin(), action.remove.end(), is_whole) ? Found::different
                                                                                 : Found::absent;
      case AssetStep::refuse_missing:
        return Found::absent;
      case AssetStep::refuse:
        break;
    }
    return Found::different;
  }

  void put(const WantedFile& file) override {
    const ReleasePlace place = require_release_place(file);
    {
      const HostedReleases::Lock lock = m_releases.lock();
      m_read.erase(file.name);
      if (!m_answer && !place.is_staged) {
        m_answer =
            std::async(std::launch::async, [this] { m_download.require_answer(settings()); });
      }
    }
    m_upload.put(file, place);
  }

  [[nodiscard]] std::size_t transfers_at_once() const override {
    return m_dialect.transfers_at_once;
  }

  [[nodiscard]] bool is_released(std::string_view tag) const override {
    const HostedRelease* const release = m_releases.find({std::string(tag), "", false});
    return release != nullptr && !release->is_draft;
  }

  void release_assets(const AssetRelease& words) override {
    if (m_answer) std::exchange(m_answer, {})->get();
    for (int tries = 1;; ++tries) {
      m_releases.forget(words.tag);
      const HostedRelease* const found = m_releases.find({words.tag, "", false});
      if (found == nullptr) {
        throw Error(Errc::conflict, cat("the draft of ", words.tag,
                                        " is gone; somebody deleted it meanwhile: run again"));
      }
      if (m_upload.has_superfluous(*found)) {
        const std::string doubt = m_upload.remove_superfluous(*found);
        if (!doubt.empty()) m_api.wait_or_give_up(tries, doubt);
        continue;
      }
      m_releases.check_complete(*found);
      if (!found->is_draft) {
        m_download.expect(words.tag);
        return;
      }
      if (settings().draft && !would_change(*found, words)) leave_to_person(*found);
      const Written written = m_api.write(
          HttpMethod::patch, m_releases.url_of(*found),
          fields_of(*found, words, settings().draft, m_dialect.latest_by == LatestBy::choice),
          NotFound::tell);
      if (written.status == 404) {
        m_api.wait_or_give_up(tries, m_releases.doubt_of_missing(*found, written));
        continue;
      }
      if (!written.problem.empty()) {
        throw Error(Errc::conflict,
                    cat("the release of ", words.tag, " cannot be published: ", written.problem));
      }
      if (written.doubt.empty()) break;
      m_api.wait_or_give_up(tries, written.doubt);
    }
    m_releases.forget(words.tag);
    const HostedRelease* const now = m_releases.find({words.tag, "", false});
    if (now == nullptr || (now->is_draft && !settings().draft)) {
      throw Error(Errc::network, cat(m_dialect.host, " does not show ", words.tag,
                                     " as published; run the same command again"));
    }
    m_releases.check_complete(*now);
    if (now->is_draft) leave_to_person(*now);
    m_download.expect(words.tag);
  }

  [[nodiscard]] std::vector<std::string> wrong_marks(
      const std::vector<ReleaseMarks>& wanted) const override {
    const std::vector<MarkChange> changes = changes_for(wanted);
    std::vector<std::string> words;
    words.reserve(changes.size());
    for (const MarkChange& change : changes)
      words.push_back(change.words);
    return words;
  }

  void mark(const std::vector<ReleaseMarks>& wanted) override {
    std::string doubt;
    for (int tries = 0;; ++tries) {
      const std::vector<MarkChange> changes = changes_for(wanted);
      if (changes.empty()) return;
      m_api.require_token();
      if (tries > 0) {
        if (doubt.empty()) doubt = cat(m_dialect.host, " does not show it: ", changes[0].words);
        m_api.wait_or_give_up(tries, doubt);
      }
      doubt.clear();
      for (const MarkChange& change : changes) {
        m_releases.forget(change.tag);
        json::Object fields{{"prerelease", change.is_prerelease}};
        // Without it a release may become the latest one, or stay it, by rules of the host.
        if (m_dialect.latest_by == LatestBy::choice)
          fields.emplace_back("make_latest", change.is_latest ? "true" : "false");
        const Written written =
            m_api.write(HttpMethod::patch, m_releases.url_of(cat("/releases/", change.id)), fields);
        if (!written.problem.empty())
          throw Error(Errc::conflict, cat(change.words, ": ", written.problem));
        doubt = written.doubt;
        if (!doubt.empty()) break;
      }
    }
  }

  Announced announce(const std::vector<WantedFile>&) override {
    throw Error(Errc::internal, cat(place(), " carries no site"));
  }

  void drop_staged(std::string_view tag) override {
    const ReleasePlace staged{staged_tag(tag), "", true};
    for (int tries = 1;; ++tries) {
      const HostedRelease* const found = m_releases.find(staged);
      if (found == nullptr) return;
      const Written written =
          m_api.write(HttpMethod::remove, m_releases.url_of(*found), std::nullopt, NotFound::tell);
      m_releases.forget(staged.tag);
      m_releases.forget_drafts();
      if (!written.doubt.empty()) {
        m_api.wait_or_give_up(tries, written.doubt);
      } else if (written.status != 404 && !written.problem.empty()) {
        throw Error(Errc::conflict, cat("delete the draft ", staged.tag, ": ", written.problem));
      }
    }
  }

 private:
  [[nodiscard]] std::vector<MarkChange> changes_for(const std::vector<ReleaseMarks>& wanted) const {
    std::vector<HostedRelease> found;
    found.reserve(wanted.size());
    for (const ReleaseMarks& marks : wanted)
      if (auto release = m_releases.find_by_tag(marks.tag)) found.push_back(std::move(*release));
    std::optional<std::string> latest;
    if (m_dialect.latest_by == LatestBy::choice) latest = m_releases.find_latest_tag();
    return plan_marks(wanted, found, latest, m_dialect.latest_by);
  }

  // Does the API say that anybody can fetch it? Spares many requests that would be answered by 404.
  [[nodiscard]] bool is_shown(const ReleasePlace& place) const {
    const HostedRelease* const release = m_releases.find(place);
    return release != nullptr && !release->is_draft &&
           std::any_of(release->assets.begin(), release->assets.end(), [&](const auto& asset) {
             return asset.is_whole && asset.name == place.name;
           });
  }

  [[nodiscard]] std::optional<base::Url> staged_url(const ReleasePlace& place) const {
    const HostedReleases::Lock lock = m_releases.lock();
    const HostedRelease* const release = m_releases.find(place);
    if (release == nullptr) return std::nullopt;
    for (const HostedAsset& asset : release->assets) {
      if (asset.name == place.name && asset.is_whole) return m_dialect.bytes_url(*release, asset);
    }
    return std::nullopt;
  }

  bool stream_staged(const ReleasePlace& place, const base::ByteSink& sink) const {
    const std::optional<base::Url> url = staged_url(place);
    return url && m_api.download(*url, sink);
  }

  [[noreturn]] static void leave_to_person(const HostedRelease& draft) {
    throw Error(Errc::partial,
                cat("the draft of ", draft.tag, " is uploaded and verified; publish it at ",
                    base::safe_text(draft.page, 300), " and run the same command again"));
  }

  base::Url m_repository;
  ReleaseDialect m_dialect;
  // Reading does not change what is public, and it is asked for often.
  mutable ReleaseApi m_api;
  mutable HostedReleases m_releases;
  AssetUpload m_upload;
  PublicDownload m_download;
  mutable std::map<std::string, std::string, std::less<>> m_read;
  // To a stranger, while files go up: nothing is released that could not be looked at then, and the
  // look finds a connection.
  std::optional<std::future<void>> m_answer;
};

}  // namespace

std::unique_ptr<Destination> make_release_host(const DestinationSettings& settings,
                                               const Network& network, ApiAccess access,
                                               const base::Url& repository_url,
                                               ReleaseDialect dialect) {
  return std::make_unique<ReleaseHost>(settings, network, std::move(access), repository_url,
                                       std::move(dialect));
}

}  // namespace releaser
