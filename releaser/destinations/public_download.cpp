#include "releaser/destinations/public_download.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
constexpr std::uint64_t kMaxAssetBytes = std::uint64_t{16} << 30;
constexpr std::uint64_t kMaxPageBytes = std::uint64_t{16} << 20;
constexpr int kTriesUntilSeen = 3;

}  // namespace

PublicDownload::PublicDownload(const Network& network, ReleaseApi& api)
    : m_patience(network.patience),
      m_api(api),
      m_clients([options = network.http] { return base::make_http_client(options); }) {}

bool PublicDownload::stream(const DestinationSettings& settings, const ReleasePlace& place,
                            const base::ByteSink& sink) const {
  const base::Url url = asset_url(settings, place.tag, place.name);
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
      const auto response = m_clients.take(url.host())->get(request, [&](std::string_view bytes) {
        done += bytes.size();
        sink(bytes);
      });
      if (response.status == (begin > 0 ? 206 : 200)) return true;
      if (response.status == 404 && begin == 0) {
        if (place.tag != m_was_released || tries >= kTriesUntilSeen) return false;
      }
      problem = cat(url.text(), " answers ", response.status);
    } catch (const Error& error) {
      if (error.code() != Errc::network) throw;
      problem = error.what();
    }
    m_api.wait_or_give_up(tries, problem);
  }
}

void PublicDownload::require_answer(const DestinationSettings& settings) const {
  // Of no release, so that nothing on the way remembers that a file of one is missing.
  const base::Url url = asset_url(settings, "none", "none");
  for (int tries = 1;; ++tries) {
    try {
      const base::HttpRequest request{
          .url = url,
          .headers = {},
          .max_bytes = kMaxPageBytes,
          .deadline = std::chrono::ceil<std::chrono::seconds>(m_patience->left())};
      m_clients.take(url.host())->get(request, [](std::string_view) {});
      return;
    } catch (const Error& error) {
      if (error.code() != Errc::network) throw;
      m_api.wait_or_give_up(tries, cat("without a token there is no answer: ", error.what()));
    }
  }
}

}  // namespace releaser
