#include "site/channel_manifest.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "site/accepted_manifest.hpp"
#include "trust/digest.hpp"
#include "trust/minisign.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace site {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;

constexpr std::uint64_t kCacheSchema = 1;
constexpr int kMaxFetches = 3;
constexpr std::chrono::hours kClockTolerance{24};

// The comment is signed; what it says must be what was asked for.
void require_subject(const trust::TrustedComment& comment, const ManifestRequest& request) {
  comment.require("file", schema::manifest_name(request.channel));
  comment.require("app", request.product);
  if (request.channel) comment.require("channel", schema::channel_name(*request.channel));
}

// One attempt at one base. Nothing where there is no such manifest; the signature and the text do
// not belong together where `in_transition`.
struct Attempt {
  std::optional<CachedManifest> files;
  bool from_cache = false;
  bool in_transition = false;
};

bool is_text_of(const trust::TrustedComment& comment, std::string_view unverified_text) {
  const auto sha256 = comment.find("sha256");
  if (!sha256) throw Error(Errc::untrusted, "the signature does not say for which sha256 it is");
  return *sha256 == trust::sha256_of(unverified_text).hex();
}

// A cache that the disk damaged, or that a former key signed, is no cache.
bool is_whole(const CachedManifest& cache, std::span<const trust::PublicKey> keys) {
  try {
    const auto comment = trust::verify_comment(cache.unverified_signature, keys);
    return is_text_of(comment, cache.unverified_text);
  } catch (const Error& error) {
    if (error.code() != Errc::untrusted) throw;
    return false;
  }
}

Attempt fetch_once(base::HttpClient& http, const base::Url& base_url,
                   const ManifestRequest& request, Freshness freshness) {
  const base::Url url = base_url.child(schema::manifest_name(request.channel));
  const base::Url signature_url =
      base_url.child(schema::manifest_name(request.channel) + ".minisig");
  const bool cache_is_of_base =
      request.cache != nullptr && request.cache->base_url == base_url.text();
  const std::string etag = cache_is_of_base ? request.cache->etag : std::string();
  auto signature =
      fetch_small_file(http, signature_url, trust::kMaxSignatureBytes, etag, freshness);
  if (!signature) {
    if (!fetch_small_file(http, url, schema::kMaxManifestBytes)) return {};
    throw Error(Errc::untrusted, "the manifest is there without its signature");
  }
  if (signature->not_modified) {
    signature->unverified_bytes = request.cache->unverified_signature;
    signature->etag = etag;
  }
  CachedManifest files{.base_url = base_url.text(),
                       .etag = signature->etag,
                       .unverified_signature = std::move(signature->unverified_bytes),
                       .unverified_text = {}};
  const auto comment = trust::verify_comment(files.unverified_signature, request.keys);
  require_subject(comment, request);
  if (request.cache != nullptr && is_text_of(comment, request.cache->unverified_text)) {
    files.unverified_text = request.cache->unverified_text;
    return {.files = std::move(files), .from_cache = true, .in_transition = false};
  }
  auto text = fetch_small_file(http, url, schema::kMaxManifestBytes, {}, freshness);
  // A signature that came first is in transition too.
  files.unverified_text = text ? std::move(text->unverified_bytes) : std::string();
  const bool fits = is_text_of(comment, files.unverified_text);
  return {.files = std::move(files), .from_cache = false, .in_transition = !fits};
}

std::optional<ProvenManifest> fetch_from(base::HttpClient& http, const base::Url& base_url,
                                         const ManifestRequest& request) {
  Attempt attempt = fetch_once(http, base_url, request, Freshness::any);
  for (int fetches = 1; attempt.in_transition && fetches < kMaxFetches; ++fetches) {
    attempt = fetch_once(http, base_url, request, Freshness::from_the_origin);
  }
  if (!attempt.files) return std::nullopt;
  if (attempt.in_transition) {
    throw Error(Errc::untrusted,
                cat("the manifest and its signature do not belong together, also after ",
                    kMaxFetches, " fetches; try again in a few minutes"));
  }
  const CachedManifest& files = *attempt.files;
  const trust::SignedBytes bytes =
      trust::verify(files.unverified_text, files.unverified_signature, request.keys);
  AcceptedManifest accepted =
      accept_manifest(bytes, {request.product, request.channel}, request.mark, bytes.key().line());
  return ProvenManifest{.manifest = std::move(accepted.manifest),
                        .mark = std::move(accepted.mark),
                        .cache = std::move(*attempt.files),
                        .base_url = base_url,
                        .from_cache = attempt.from_cache};
}

}  // namespace

std::string write_cache(const CachedManifest& cache) {
  json::Object root;
  root.emplace_back("schema", kCacheSchema);
  root.emplace_back("base_url", cache.base_url);
  root.emplace_back("etag", cache.etag);
  root.emplace_back("signature", cache.unverified_signature);
  root.emplace_back("manifest", cache.unverified_text);
  return json::write(root, json::Style::compact);
}

std::optional<CachedManifest> parse_cache(std::string_view unverified_text) {
  try {
    const json::Value value =
        json::parse(unverified_text, {.max_bytes = kMaxCacheBytes}, Errc::config);
    const json::ObjectReader root(value, "", Errc::config);
    if (root.number("schema") != kCacheSchema) return std::nullopt;
    return CachedManifest{.base_url = root.text("base_url"),
                          .etag = root.text("etag"),
                          .unverified_signature = root.text("signature"),
                          .unverified_text = root.text("manifest")};
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<ProvenManifest> fetch_manifest(const Site& site, const ManifestRequest& asked) {
  ManifestRequest request = asked;
  if (request.cache != nullptr && !is_whole(*request.cache, request.keys)) request.cache = nullptr;
  Failures failures;
  for (const base::Url& base_url : site.base_urls) {
    try {
      if (auto manifest = fetch_from(site.http, base_url, request)) return manifest;
      if (request.mark != nullptr) {
        failures.add(base_url, Errc::network,
                     cat("there is no ", schema::manifest_name(request.channel), " any more"));
      }
    } catch (const Error& error) {
      if (!is_fault_of_source(error.code())) throw;
      failures.add(base_url, error.code(), error.what());
    }
  }
  if (!failures.empty()) throw failures.error();
  return std::nullopt;
}

Watermark watermark_of_caches(const schema::Identity& identity,
                              const std::map<schema::Channel, CachedManifest>& caches) {
  Watermark watermark;
  for (const auto& [channel, cache] : caches) {
    const auto keys = identity.public_keys.find(channel);
    if (keys == identity.public_keys.end()) continue;
    try {
      const trust::SignedBytes bytes =
          trust::verify(cache.unverified_text, cache.unverified_signature, keys->second);
      const AcceptedManifest accepted =
          accept_manifest(bytes, {identity.product, channel}, nullptr, bytes.key().line());
      watermark.channels.emplace(channel, accepted.mark);
    } catch (const Error&) {
      continue;  // a cache that proves nothing raises nothing
    }
  }
  return watermark;
}

void check_clock(base::Time now, const schema::Identity& identity, const Watermark& watermark) {
  base::Time earliest = identity.date;
  if (const auto generated = watermark.counting_for(identity).newest_generated()) {
    earliest = std::max(earliest, *generated);
  }
  if (now + kClockTolerance >= earliest) return;
  throw Error(Errc::expired,
              cat("the clock says ", base::format_time(now), ", but it is ",
                  base::format_time(earliest), " or later; set the clock and try again"));
}

SiteView read_site(const Site& site, const schema::Identity& identity, schema::Channel channel,
                   const Memory& memory, base::Time now) {
  if (!identity.public_keys.contains(channel)) {
    throw Error(Errc::config, cat("this ", identity.agent, " has no key of channel ",
                                  schema::channel_name(channel), "; choose another channel"));
  }
  SiteView view{.manifests = {}, .memory = memory, .changed = false};
  for (const schema::Channel seen : schema::channels_seen_by(channel)) {
    const auto keys = identity.public_keys.find(seen);
    if (keys == identity.public_keys.end()) continue;
    const auto cache = memory.caches.find(seen);
    const ManifestRequest request{.product = identity.product,
                                  .channel = seen,
                                  .keys = keys->second,
                                  .mark = memory.watermark.find(seen, lines_of(keys->second)),
                                  .cache = cache == memory.caches.end() ? nullptr : &cache->second};
    auto proven = fetch_manifest(site, request);
    if (!proven) continue;
    view.changed = view.changed || !proven->from_cache;
    view.memory.watermark.channels.insert_or_assign(seen, std::move(proven->mark));
    view.memory.caches.insert_or_assign(seen, std::move(proven->cache));
    view.manifests.emplace(seen, std::move(proven->manifest));
  }
  if (view.manifests.empty()) {
    throw Error(Errc::not_found,
                cat("nothing is published on channel ", schema::channel_name(channel), " of ",
                    identity.product, "; check the base URL"));
  }
  check_clock(now, identity, view.memory.watermark);
  return view;
}

}  // namespace site
