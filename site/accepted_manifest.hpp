#pragma once

#include "manifest-schema/channel.hpp"
#include "manifest-schema/manifest.hpp"
#include "site/watermark.hpp"
#include "trust/proven_bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace site {

// Of which product and channel a manifest is to be; no channel: the combined one.
struct ManifestSubject {
  std::string_view product;
  std::optional<schema::Channel> channel;
};

struct AcceptedManifest {
  schema::Manifest manifest;  // its floor is never below the mark's
  ChannelMark mark;           // the earlier one, raised
};

// The rules for every manifest, whoever vouches for its bytes: right product and channel, and no
// lower generation than was seen under the same authority. Throws Errc::untrusted.
AcceptedManifest accept_manifest(const trust::ProvenBytes& bytes, const ManifestSubject& subject,
                                 const ChannelMark* mark, std::string authority);

}  // namespace site
