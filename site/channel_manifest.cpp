#include "site/channel_manifest.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "site/accepted_manifest.hpp"
#include "trust/digest.hpp"
#include "trust/minisign.hpp"

#include <utility>

namespace site {
namespace {

using base::cat;
using base::Errc;
using base::Error;

constexpr int kMaxFetches = 3;

// The comment is signed; what it says must be what was asked for.
void require_subject(const trust::TrustedComment& comment, const ManifestRequest& request) {
  comment.require("file", schema::manifest_name(request.channel));
  comment.require("app", request.product);
  if (request.channel) comment.require("channel", schema::channel_name(*request.channel));
}

struct Pair {
  std::string unverified_text, unverified_signature;
  bool in_transition = false;  // they do not belong together
};

// Nothing where there is no such manifest.
std::optional<Pair> fetch_pair(base::HttpClient& http, const base::Url& base_url,
                               const ManifestRequest& request, Freshness freshness) {
  const std::string name = schema::manifest_name(request.channel);
  auto signature = fetch_small_file(http, base_url.child(name + ".minisig"),
                                    trust::kMaxSignatureBytes, freshness);
  const auto fetch_text = [&] {
    return fetch_small_file(http, base_url.child(name), schema::kMaxManifestBytes, freshness);
  };
  if (!signature) {
    if (!fetch_text()) return std::nullopt;
    throw Error(Errc::untrusted, "the manifest is there without its signature");
  }
  const auto comment = trust::verify_comment(*signature, request.keys);
  require_subject(comment, request);
  const auto sha256 = comment.find("sha256");
  if (!sha256) throw Error(Errc::untrusted, "the signature does not say for which sha256 it is");
  // A signature that came first is in transition too.
  Pair pair{fetch_text().value_or(std::string()), std::move(*signature)};
  pair.in_transition = *sha256 != trust::sha256_of(pair.unverified_text).hex();
  return pair;
}

std::optional<ProvenManifest> fetch_from(base::HttpClient& http, const base::Url& base_url,
                                         const ManifestRequest& request) {
  std::optional<Pair> pair = fetch_pair(http, base_url, request, Freshness::any);
  for (int fetches = 1; pair && pair->in_transition && fetches < kMaxFetches; ++fetches)
    pair = fetch_pair(http, base_url, request, Freshness::from_the_origin);
  if (!pair) return std::nullopt;
  if (pair->in_transition) {
    throw Error(Errc::untrusted,
                cat("the manifest and its signature do not belong together, also after ",
                    kMaxFetches, " fetches; try again in a few minutes"));
  }
  const trust::SignedBytes bytes =
      trust::verify(std::move(pair->unverified_text), pair->unverified_signature, request.keys);
  AcceptedManifest accepted =
      accept_manifest(bytes, {request.product, request.channel}, nullptr, bytes.key().line());
  return ProvenManifest{.manifest = std::move(accepted.manifest), .base_url = base_url};
}

}  // namespace

std::optional<ProvenManifest> fetch_manifest(const Site& site, const ManifestRequest& request) {
  Failures failures;
  for (const base::Url& base_url : site.base_urls) {
    try {
      if (auto manifest = fetch_from(site.http, base_url, request)) return manifest;
    } catch (const Error& error) {
      if (!is_fault_of_source(error.code())) throw;
      failures.add(base_url, error.code(), error.what());
    }
  }
  if (!failures.empty()) throw failures.error();
  return std::nullopt;
}

}  // namespace site
