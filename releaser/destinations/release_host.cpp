#include "releaser/destinations/release_host.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using base::HttpMethod;
namespace json = base::json;

constexpr std::uint64_t kMaxAssetBytes = std::uint64_t{16} << 30;
constexpr std::string_view kStagedPrefix = "staged-";
constexpr int kMaxPages = 1000;
// GitHub lists releases from the newest on, drafts among them, by the time of the commit or of the
// draft: one that this tool made and has not published yet is younger than that, or among the first
// hundred. One that is missed all the same is made anew.
constexpr std::chrono::hours kMostAgeOfDrafts{90 * 24};

// "releases/v1.0.0/a.tar.gz" or ".staged/v1.0.0/draft.json". What is staged stands in a draft of
// its own, which is never published.
struct Place {
  std::string tag;  // as the host has it
  std::string name;
  bool is_staged = false;
};

std::optional<Place> place_of(std::string_view path) {
  const auto parts = base::split(path, '/');
  const bool is_plain = std::none_of(parts.begin(), parts.end(), [](std::string_view part) {
    return part.empty() || part == "." || part == "..";
  });
  if (parts.size() != 3 || !is_plain) return std::nullopt;
  if (parts[0] == "releases") return Place{std::string(parts[1]), std::string(parts[2]), false};
  if (parts[0] == ".staged")
    return Place{cat(kStagedPrefix, parts[1]), std::string(parts[2]), true};
  return std::nullopt;
}

Place require_place(const WantedFile& file) {
  if (auto place = place_of(file.name)) return std::move(*place);
  throw Error(Errc::internal, cat("not a file of a release: ", base::safe_text(file.name, 200)));
}

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

HostedRelease release_of(const json::Value& value) {
  return parse_release(json::ObjectReader(value, "release", Errc::network));
}

class ReleaseHost final : public Destination {
 public:
  ReleaseHost(const DestinationSettings& given, const Network& network, ApiAccess access,
              base::Url repository_url, ReleaseDialect dialect)
      : Destination(given),
        m_patience(network.patience),
        m_api(network, std::move(access)),
        m_stranger(base::make_http_client(network.http)),
        m_repository(std::move(repository_url)),
        m_dialect(std::move(dialect)) {}

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
    const auto place = place_of(name);
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
    const auto place = place_of(name);
    if (!place) return false;
    return place->is_staged ? stream_staged(*place, sink) : stream_public(*place, sink);
  }

  [[nodiscard]] Found find(const WantedFile& file) const override {
    const auto place = place_of(file.name);
    if (!place) return Found::absent;
    const WantedAsset asset{place->name, file.size, file.sha256};
    if (!place->is_staged) m_wanted[place->tag][place->name] = asset;
    const HostedRelease* const release = known(*place);
    if (release == nullptr) return Found::absent;
    const AssetAction action = decide(asset, *release);
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
    const Place place = require_place(file);
    m_read.erase(file.name);
    check_contents(file);
    const WantedAsset asset{place.name, file.size, file.sha256};
    if (!place.is_staged) m_wanted[place.tag][place.name] = asset;
    for (int tries = 1;; ++tries) {
      const std::string doubt = try_to_put(file, place, asset);
      if (doubt.empty()) return;
      m_known.erase(place.tag);
      m_api.wait_or_give_up(tries, doubt);
    }
  }

  [[nodiscard]] bool is_released(std::string_view tag) const override {
    const HostedRelease* const release = known({std::string(tag), "", false});
    return release != nullptr && !release->is_draft;
  }

  void release_assets(const AssetRelease& words) override {
    for (int tries = 1;; ++tries) {
      m_known.erase(words.tag);
      const HostedRelease* const found = known({words.tag, "", false});
      if (found == nullptr) {
        throw Error(Errc::conflict, cat("the draft of ", words.tag,
                                        " is gone; somebody deleted it meanwhile: run again"));
      }
      check_complete(*found);
      if (!found->is_draft) {
        m_was_released = words.tag;
        return;
      }
      if (settings().draft && !would_change(*found, words)) leave_to_person(*found);
      const Written written =
          m_api.write(HttpMethod::patch, release_url(found->id), fields_of(*found, words));
      if (!written.problem.empty()) {
        throw Error(Errc::conflict,
                    cat("the release of ", words.tag, " cannot be published: ", written.problem));
      }
      if (written.doubt.empty()) break;
      m_api.wait_or_give_up(tries, written.doubt);
    }
    m_known.erase(words.tag);
    const HostedRelease* const now = known({words.tag, "", false});
    if (now == nullptr || (now->is_draft && !settings().draft)) {
      throw Error(Errc::network, cat(m_dialect.host, " does not show ", words.tag,
                                     " as published; run the same command again"));
    }
    check_complete(*now);
    if (now->is_draft) leave_to_person(*now);
    m_was_released = words.tag;
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
        m_known.erase(change.tag);
        json::Object fields{{"prerelease", change.is_prerelease}};
        // Without it a release may become the latest one, or stay it, by rules of the host.
        if (m_dialect.latest_by == LatestBy::choice)
          fields.emplace_back("make_latest", change.is_latest ? "true" : "false");
        const Written written = m_api.write(HttpMethod::patch, release_url(change.id), fields);
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
    const Place staged{cat(kStagedPrefix, tag), "", true};
    for (int tries = 1;; ++tries) {
      const HostedRelease* const found = known(staged);
      if (found == nullptr) return;
      const Written written = m_api.write(HttpMethod::remove, release_url(found->id));
      forget(staged.tag);
      if (!written.doubt.empty()) {
        m_api.wait_or_give_up(tries, written.doubt);
      } else if (written.status != 404 && !written.problem.empty()) {
        throw Error(Errc::conflict, cat("delete the draft ", staged.tag, ": ", written.problem));
      }
    }
  }

 private:
  [[nodiscard]] base::Url below(std::string_view path) const {
    return base::Url::parse(cat(m_repository.text(), path));
  }
  [[nodiscard]] base::Url release_url(std::uint64_t id) const {
    return below(cat("/releases/", id));
  }

  void forget(const std::string& tag) const {
    m_known.erase(tag);
    m_drafts.reset();
  }

  // As it was when this run looked last; null where there is none.
  [[nodiscard]] const HostedRelease* known(const Place& place) const {
    auto found = m_known.find(place.tag);
    if (found == m_known.end()) found = m_known.emplace(place.tag, look_up(place)).first;
    return found->second ? &*found->second : nullptr;
  }

  [[nodiscard]] std::optional<HostedRelease> find_by_tag(const std::string& tag) const {
    const auto found = m_api.find(below(cat("/releases/tags/", base::percent_encode(tag))));
    if (!found) return std::nullopt;
    return release_of(*found);
  }

  [[nodiscard]] std::vector<MarkChange> changes_for(const std::vector<ReleaseMarks>& wanted) const {
    std::vector<HostedRelease> found;
    found.reserve(wanted.size());
    for (const ReleaseMarks& marks : wanted)
      if (auto release = find_by_tag(marks.tag)) found.push_back(std::move(*release));
    std::optional<std::string> latest;
    if (m_dialect.latest_by == LatestBy::choice) {
      if (const auto shown = m_api.find(below("/releases/latest"))) latest = release_of(*shown).tag;
    }
    return plan_marks(wanted, found, latest, m_dialect.latest_by);
  }

  [[nodiscard]] std::optional<HostedRelease> look_up(const Place& place) const {
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

  // The one draft of a tag. It is looked for each time, since others may make one, or publish it.
  [[nodiscard]] std::optional<HostedRelease> find_draft(const std::string& tag) const {
    if (!tag.starts_with(kStagedPrefix) || !m_drafts) m_drafts = list_drafts();
    std::optional<HostedRelease> found;
    for (const HostedRelease& draft : *m_drafts) {
      if (draft.tag != tag) continue;
      if (found) {
        throw Error(Errc::conflict,
                    cat("there are two drafts of ", tag, ": ", name_of(*found), " and ",
                        name_of(draft), "; delete the one that is not meant and run again"));
      }
      found = draft;
    }
    return found;
  }

  static std::string name_of(const HostedRelease& draft) {
    return cat(base::safe_text(draft.page, 300), " (number ", draft.id, ")");
  }

  enum class More { wanted, enough };

  // The pages of a list of the API, until `take` has had enough of an item; its page is read to the
  // end.
  void list_pages(const std::string& path, std::string_view filter,
                  const std::function<More(const json::Value& item)>& take) const {
    std::uint64_t seen = 0;
    More more = More::wanted;
    for (int number = 1; number <= kMaxPages && more == More::wanted; ++number) {
      const Page page =
          m_api.list(below(cat(path, "?", m_dialect.page_size, filter, "&page=", number)));
      for (const json::Value& item : page.items)
        more = take(item);
      seen += page.items.size();
      const bool has_next = page.has_next || (page.total && seen < *page.total);
      if (!has_next || page.items.empty()) break;
    }
  }

  [[nodiscard]] std::vector<HostedRelease> list_drafts() const {
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
  void list_assets(HostedRelease& release) const {
    constexpr std::size_t kSureToBeAll = 30;
    if (release.assets.size() < kSureToBeAll) return;
    std::vector<HostedAsset> all;
    list_pages(cat("/releases/", release.id, "/assets"), "", [&](const json::Value& item) {
      all.push_back(parse_asset(json::ObjectReader(item, "asset", Errc::network)));
      return More::wanted;
    });
    release.assets = std::move(all);
  }

  // reconcile(), with the bytes compared where the host gives no digest.
  [[nodiscard]] AssetAction decide(const WantedAsset& asset, const HostedRelease& release) const {
    AssetAction action = reconcile(asset, release);
    if (action.step != AssetStep::compare_bytes) return action;
    HostedRelease compared = release;
    for (HostedAsset& each : compared.assets) {
      if (each.name != asset.name || each.sha256 || each.size != asset.size) continue;
      const auto known = m_digests.find(each.id);
      each.sha256 = known != m_digests.end() ? known->second : digest_of(release, each);
      m_digests.insert_or_assign(each.id, *each.sha256);
    }
    return reconcile(asset, compared);
  }

  [[nodiscard]] trust::Sha256 digest_of(const HostedRelease& release,
                                        const HostedAsset& asset) const {
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

  // Does the API say that anybody can fetch it? Spares many requests that would be answered by 404.
  [[nodiscard]] bool is_shown(const Place& place) const {
    const HostedRelease* const release = known(place);
    return release != nullptr && !release->is_draft &&
           std::any_of(release->assets.begin(), release->assets.end(), [&](const auto& asset) {
             return asset.is_whole && asset.name == place.name;
           });
  }

  bool stream_staged(const Place& place, const base::ByteSink& sink) const {
    const HostedRelease* const release = known(place);
    if (release == nullptr) return false;
    for (const HostedAsset& asset : release->assets) {
      if (asset.name == place.name && asset.is_whole)
        return m_api.download(m_dialect.bytes_url(*release, asset), sink);
    }
    return false;
  }

  // As anybody gets it, without the token. A transfer that breaks off goes on where it was.
  bool stream_public(const Place& place, const base::ByteSink& sink) const {
    const base::Url url = asset_url(settings(), place.tag, place.name);
    std::uint64_t done = 0;
    for (int tries = 1;; ++tries) {
      std::string problem;
      try {
        base::HttpRequest request{
            .url = url,
            .headers = {},
            .max_bytes = kMaxAssetBytes,
            .deadline = std::chrono::ceil<std::chrono::seconds>(m_patience->left())};
        if (done > 0) request.headers.emplace_back("Range", cat("bytes=", done, "-"));
        const std::uint64_t begin = done;
        const auto response = m_stranger->get(request, [&](std::string_view bytes) {
          done += bytes.size();
          sink(bytes);
        });
        if (response.status == (begin > 0 ? 206 : 200)) return true;
        if (response.status == 404 && begin == 0) {
          // What was made public a moment ago may take another to be seen everywhere.
          if (place.tag != m_was_released || tries >= 3) return false;
        }
        problem = cat(url.text(), " answers ", response.status);
      } catch (const Error& error) {
        if (error.code() != Errc::network) throw;
        problem = error.what();
      }
      m_api.wait_or_give_up(tries, problem);
    }
  }

  // One try to bring an asset about. Gives what left it in doubt, or nothing once it is there.
  std::string try_to_put(const WantedFile& file, const Place& place, const WantedAsset& asset) {
    const HostedRelease* release = known(place);
    if (release == nullptr) {
      if (std::string doubt = make_draft(place); !doubt.empty()) return doubt;
      release = known(place);
      if (release == nullptr) return cat("the new draft of ", place.tag, " is not shown yet");
    }
    const AssetAction action = decide(asset, *release);
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
      if (std::string doubt = remove_asset(*release, id); !doubt.empty()) return doubt;
    }
    return action.step == AssetStep::nothing ? "" : upload(file, asset, place);
  }

  // Gives the doubt, or nothing once there is a draft in m_known.
  std::string make_draft(const Place& place) {
    const json::Object fields{
        {"tag_name", place.tag},
        {"name",
         place.is_staged ? cat(place.tag, " waits for signatures; do not publish it") : place.tag},
        {"draft", true}};
    const Written written = m_api.write(HttpMethod::post, below("/releases"), fields);
    forget(place.tag);
    if (!written.doubt.empty()) return written.doubt;
    // Somebody else, or an earlier try, was faster: it is found at the next look.
    if (!written.problem.empty()) return cat("make a draft of ", place.tag, ": ", written.problem);
    m_known[place.tag] = release_of(written.body);
    return "";
  }

  std::string remove_asset(const HostedRelease& release, std::uint64_t id) {
    const Written written =
        m_api.write(HttpMethod::remove, below(m_dialect.asset_path(release.id, id)));
    if (!written.doubt.empty()) return written.doubt;
    if (written.status != 404 && !written.problem.empty()) {
      throw Error(Errc::conflict, cat("delete an asset of ", release.tag, ": ", written.problem));
    }
    auto& assets = m_known.at(release.tag)->assets;
    std::erase_if(assets, [&](const HostedAsset& each) { return each.id == id; });
    return "";
  }

  std::string upload(const WantedFile& file, const WantedAsset& asset, const Place& place) {
    HostedRelease& release = *m_known.at(place.tag);
    const base::HttpUpload upload{"application/octet-stream", file.contents, file.size};
    const Written written =
        m_api.write(HttpMethod::post, m_dialect.upload_url(release, asset.name), upload);
    if (!written.doubt.empty()) return written.doubt;
    if (!written.problem.empty()) {
      if (written.problem.find("already_exists") != std::string::npos) return written.problem;
      throw Error(Errc::conflict, cat("upload ", file.name, ": ", written.problem));
    }
    HostedAsset made = parse_asset(json::ObjectReader(written.body, "asset", Errc::network));
    // A host that names no digest is asked for the bytes, while nobody else can see them.
    if (!made.sha256 && made.is_whole && made.size == asset.size) {
      made.sha256 = digest_of(release, made);
      m_digests.insert_or_assign(made.id, *made.sha256);
    }
    release.assets.push_back(made);
    if (made.name != asset.name) {
      static_cast<void>(remove_asset(release, made.id));
      throw Error(Errc::config, cat(m_dialect.host, " stores ", asset.name, " as ",
                                    base::safe_text(made.name, 200),
                                    "; choose names of archives that it leaves as they are"));
    }
    const bool is_right = made.is_whole && made.size == asset.size && made.sha256 == asset.sha256;
    return is_right ? "" : cat(asset.name, " did not arrive as it was sent");
  }

  // All that this run knows of the release is there, once and whole.
  void check_complete(const HostedRelease& release) const {
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

  [[noreturn]] static void leave_to_person(const HostedRelease& draft) {
    throw Error(Errc::partial,
                cat("the draft of ", draft.tag, " is uploaded and verified; publish it at ",
                    base::safe_text(draft.page, 300), " and run the same command again"));
  }

  // What a person wrote into the draft stays.
  [[nodiscard]] static bool has_own_name(const HostedRelease& draft) {
    return !draft.name.empty() && draft.name != draft.tag;
  }
  [[nodiscard]] static bool would_change(const HostedRelease& draft, const AssetRelease& words) {
    return (!has_own_name(draft) && words.title != draft.name) ||
           (draft.notes.empty() && !words.notes.empty()) ||
           draft.is_prerelease != words.is_prerelease;
  }

  [[nodiscard]] json::Object fields_of(const HostedRelease& draft,
                                       const AssetRelease& words) const {
    json::Object fields{
        {"tag_name", words.tag}, {"draft", settings().draft}, {"prerelease", words.is_prerelease}};
    if (!has_own_name(draft)) fields.emplace_back("name", words.title);
    if (draft.notes.empty() && !words.notes.empty()) fields.emplace_back("body", words.notes);
    if (words.commit) fields.emplace_back("target_commitish", *words.commit);
    // Without it GitHub takes each release for the latest one, also one of an old line.
    if (m_dialect.latest_by == LatestBy::choice && !settings().draft)
      fields.emplace_back("make_latest",
                          words.is_latest && !words.is_prerelease ? "true" : "false");
    return fields;
  }

  std::shared_ptr<Patience> m_patience;
  mutable ReleaseApi m_api;
  std::unique_ptr<base::HttpClient> m_stranger;
  base::Url m_repository;
  ReleaseDialect m_dialect;
  // By tag. Reading does not change what is public, and it is asked for often.
  mutable std::map<std::string, std::optional<HostedRelease>> m_known;
  mutable std::optional<std::vector<HostedRelease>> m_drafts;
  mutable std::map<std::string, std::map<std::string, WantedAsset>> m_wanted;
  // Of assets whose digest the host does not say, as this run fetched them.
  mutable std::map<std::uint64_t, trust::Sha256> m_digests;
  mutable std::map<std::string, std::string, std::less<>> m_read;
  std::string m_was_released;
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
