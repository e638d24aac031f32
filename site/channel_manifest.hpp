#pragma once

#include "manifest-schema/channel.hpp"
#include "manifest-schema/manifest.hpp"
#include "site/source.hpp"
#include "trust/public_key.hpp"

#include <optional>
#include <span>
#include <string>

// What a site says by its minisign signatures, as people and installers check it. An agent never
// asks so: see channel_metadata.hpp.

namespace site {

struct ManifestRequest {
  std::string product;
  std::optional<schema::Channel> channel;  // nothing: the combined version-manifest.json
  std::span<const trust::PublicKey> keys;
};

struct ProvenManifest {
  schema::Manifest manifest;
  base::Url base_url;  // that it came from
};

// Reads a manifest from the first base that has a good one: signed by one of the keys, made for
// this product, channel and file name. A file and a signature that do not belong together are in
// transition and are fetched again, three times at most. Nothing if every base answers that there
// is no such manifest. Throws what Failures says of all bases.
std::optional<ProvenManifest> fetch_manifest(const Site& site, const ManifestRequest& request);

}  // namespace site
