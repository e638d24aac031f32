#include "base/text.hpp"
#include "releaser/destinations/release_host.hpp"

namespace releaser {

using base::cat;
using base::Url;

// Gitea, Forgejo and Codeberg. Other than GitHub: one host for all, no digests and no states, an
// asset may be there twice, a tag has one release (409 for a second one), and drafts are found by
// their tag where that exists.
std::unique_ptr<Destination> make_gitea_destination(const DestinationSettings& settings,
                                                    const Network& network, AccessToken token) {
  const Url repository = Url::parse(cat(settings.api_url, "/repos/", settings.repository));
  ApiAccess access{.host = "Gitea",
                   .repository = settings.repository,
                   .token = std::move(token.text),
                   .token_from = std::move(token.from),
                   .permission = "scope `write:repository`",
                   .api_example = "https://HOST/api/v1",
                   .foreign_tokens = {"ghp_", "gho_", "ghu_", "ghs_", "github_pat_", "glpat-"},
                   .headers = {{"Accept", "application/json"}}};
  const std::string releases = cat(repository.text(), "/releases/");
  const std::string host = settings.api_url.substr(0, settings.api_url.rfind("/api/v1"));
  ReleaseDialect dialect{
      .host = "Gitea",
      .page_size = "limit=50",
      .asset_path =
          [](std::uint64_t release, std::uint64_t asset) {
            return cat("/releases/", release, "/assets/", asset);
          },
      .upload_url =
          [releases](const HostedRelease& release, const std::string& name) {
            return Url::parse(
                cat(releases, release.id, "/assets?name=", base::percent_encode(name)));
          },
      .bytes_url =
          [host](const HostedRelease&, const HostedAsset& asset) {
            return Url::parse(cat(host, "/attachments/", asset.uuid));
          },
      .latest_by = LatestBy::age,
      .drafts_alone = "&draft=true",
      // Small machines with SQLite, more often than not, where writers wait for each other.
      .transfers_at_once = 2,
  };
  return make_release_host(settings, network, std::move(access), repository, std::move(dialect));
}

}  // namespace releaser
