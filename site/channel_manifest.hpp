#pragma once

#include "base/clock.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/identity.hpp"
#include "manifest-schema/manifest.hpp"
#include "site/source.hpp"
#include "site/watermark.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The one place where trust in a site is decided. Whoever wants to know what a site says asks here
// and gets a manifest that is proven, or an error; nothing else fetches or believes manifests.

namespace site {

inline constexpr std::size_t kMaxCacheBytes = 4 * schema::kMaxManifestBytes;

// The two files of a manifest as they came, to make the next check cheap. Nothing in here is
// believed: it is verified again each time.
struct CachedManifest {
  std::string base_url;  // that the ETag belongs to
  std::string etag;      // of the signature
  std::string unverified_signature;
  std::string unverified_text;
  bool operator==(const CachedManifest&) const = default;
};
std::string write_cache(const CachedManifest& cache);
// Nothing for a text that is no cache: it is only ever a loss of speed.
std::optional<CachedManifest> parse_cache(std::string_view unverified_text);

struct ManifestRequest {
  std::string product;
  std::optional<schema::Channel> channel;  // nothing: the combined version-manifest.json
  std::span<const trust::PublicKey> keys;
  const ChannelMark* mark = nullptr;  // that counts with these keys
  const CachedManifest* cache = nullptr;
};

struct ProvenManifest {
  schema::Manifest manifest;  // its floor is never below the mark's
  ChannelMark mark;           // the request's, raised
  CachedManifest cache;
  base::Url base_url;       // that it came from
  bool from_cache = false;  // the site had nothing newer than the cache
};

// Reads a manifest from the first base that has a good one: signed by one of the keys, made for
// this product, channel and file name, and of no lower generation than the mark. A file and a
// signature that do not belong together are in transition and are fetched again, three times at
// most. Nothing if every base answers that there is no such manifest (and the mark does not say
// that there was one). Throws what Failures says of all bases.
// Cost where nothing is new: one request, of the signature.
std::optional<ProvenManifest> fetch_manifest(const Site& site, const ManifestRequest& asked);

// What the caches prove by themselves, for an agent that lost its watermark: the marks of those
// that are signed by one of the identity's keys for their channel.
Watermark watermark_of_caches(const schema::Identity& identity,
                              const std::map<schema::Channel, CachedManifest>& caches);

// What an agent keeps between runs.
struct Memory {
  Watermark watermark;
  std::map<schema::Channel, CachedManifest> caches;
};

struct SiteView {
  std::map<schema::Channel, schema::Manifest> manifests;  // of the channels that are published
  Memory memory;         // to be stored; nothing of it was stored yet
  bool changed = false;  // some manifest is not that of the caches
};

// Reads every channel that a user of `channel` sees. Throws Errc::expired where the clock cannot be
// right (see check_clock), Errc::not_found where none of the channels is published, Errc::config
// where the identity has no key for `channel`.
SiteView read_site(const Site& site, const schema::Identity& identity, schema::Channel channel,
                   const Memory& memory, base::Time now);

// Throws Errc::expired if `now` is more than a day before the date of the program itself or before
// the newest signed time seen. A day, because a clock that keeps local time is common and harms
// nobody.
void check_clock(base::Time now, const schema::Identity& identity, const Watermark& watermark);

}  // namespace site
