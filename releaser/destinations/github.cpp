#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/destinations/release_host.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Url;

constexpr std::string_view kApi = "https://api.github.com";

std::string_view without_port(std::string_view host) { return host.substr(0, host.rfind(':')); }

// "https://uploads.github.com/repos/o/r/releases/1/assets{?name,label}" -> the part before the
// brace, where it is the API's own host, or uploads.X of api.X.
std::string upload_base(const DestinationSettings& settings, const HostedRelease& release,
                        const Url& repository) {
  std::string text = release.upload_url.substr(0, release.upload_url.find('{'));
  if (!settings.upload_url.empty()) {
    // The rest is as the API says it, which knows the present name of the repository.
    const std::size_t rest = text.find("/repos/");
    return cat(settings.upload_url, rest == text.npos ? "" : text.substr(rest));
  }
  const Url url = Url::parse(text);
  const std::string api_host = repository.host();
  const std::string_view api = without_port(api_host);
  const std::string upload_host = url.host();
  const std::string_view host = without_port(upload_host);
  const bool is_sibling =
      api.starts_with("api.") && host.starts_with("uploads.") && api.substr(4) == host.substr(8);
  if (host != api && !is_sibling) {
    throw base::Error(
        base::Errc::untrusted,
        cat("the API at ", api, " wants uploads at ", host,
            ", which would get the token; if that is right, give it as `upload_url`"));
  }
  return text;
}

}  // namespace

std::unique_ptr<Destination> make_github_destination(const DestinationSettings& settings,
                                                     const Network& network, AccessToken token) {
  const Url repository = Url::parse(
      cat(settings.api_url.empty() ? kApi : settings.api_url, "/repos/", settings.repository));
  ApiAccess access{.host = "GitHub",
                   .repository = settings.repository,
                   .token = std::move(token.text),
                   .token_from = std::move(token.from),
                   .permission =
                       "permission `Contents: write` (a classic token: scope `repo` or "
                       "`public_repo`; in GitHub Actions: `permissions: contents: write`)",
                   .api_example = "for GitHub Enterprise https://HOST/api/v3",
                   .foreign_tokens = {"glpat-", "gldt-", "glrt-"},
                   .headers = {{"Accept", "application/vnd.github+json"},
                               {"X-GitHub-Api-Version", "2022-11-28"}}};
  ReleaseDialect dialect{
      .host = "GitHub",
      .page_size = "per_page=100",
      .asset_path = [](std::uint64_t,
                       std::uint64_t asset) { return cat("/releases/assets/", asset); },
      .upload_url =
          [settings, repository](const HostedRelease& release, const std::string& name) {
            return Url::parse(cat(upload_base(settings, release, repository),
                                  "?name=", base::percent_encode(name)));
          },
      .bytes_url =
          [repository](const HostedRelease&, const HostedAsset& asset) {
            return Url::parse(cat(repository.text(), "/releases/assets/", asset.id));
          },
      .latest_by = LatestBy::choice,
      .drafts_alone = {},
      // GitHub asks for few at a time that make something (its secondary rate limits).
      .transfers_at_once = 4,
  };
  return make_release_host(settings, network, std::move(access), repository, std::move(dialect));
}

}  // namespace releaser
