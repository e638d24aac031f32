#pragma once

#include "base/clock.hpp"
#include "manifest-schema/identity.hpp"
#include "site/channel_manifest.hpp"
#include "site/metadata_store.hpp"
#include "site/source.hpp"

#include <optional>

// The same question as read_site(), answered through metadata: what a channel says is believed as a
// target of its role alone.

namespace site {

struct MetadataRequest {
  const schema::Identity& identity;  // with a root
  schema::Channel channel = schema::Channel::stable;
  const Watermark& watermark;
  MetadataStore& store;
  base::Time now{};
  // What expired after this moment is taken nevertheless, for one loud run of a person. Never later
  // than `now`.
  std::optional<base::Time> allow_expired_until;
};

// Reads every channel that a user of `channel` sees, from the first base that has all of them whole
// and fresh. What was proven on the way is in the store, also when this throws. Throws what
// Failures says of all bases; Errc::expired where the clock cannot be right, Errc::not_found where
// none of the channels is published.
SiteView read_site_by_metadata(const Site& site, const MetadataRequest& request);

}  // namespace site
