#pragma once

#include "base/clock.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/identity.hpp"
#include "manifest-schema/manifest.hpp"
#include "site/metadata_store.hpp"
#include "site/source.hpp"
#include "site/watermark.hpp"

#include <map>
#include <optional>

// The one place where an agent's trust in a site is decided: what a channel says is believed as a
// target of its role alone, from the root that the identity pins.

namespace site {

struct ReadRequest {
  const schema::Identity& identity;
  schema::Channel channel = schema::Channel::stable;
  const Watermark& watermark;
  MetadataStore& store;
  base::Time now{};
  // What expired after this moment is taken nevertheless, for one loud run of a person. Never later
  // than `now`.
  std::optional<base::Time> allow_expired_until;
};

struct SiteView {
  std::map<schema::Channel, schema::Manifest> manifests;  // of the channels that are published
  Watermark watermark;                                    // the request's, raised; to be stored
  bool changed = false;     // some manifest is not the one of which the request's watermark knows
  base::Time good_until{};  // when the first of the metadata that was read expires
};

// Reads every channel that a user of `channel` sees, from the first base that has all of them whole
// and fresh. What was proven on the way is in the store, also when this throws. Throws what
// Failures says of all bases; Errc::expired where the clock cannot be right, Errc::not_found where
// none of the channels is published.
SiteView read_site(const Site& site, const ReadRequest& request);

// Throws Errc::expired if `now` is more than a day before the date of the program itself or before
// the newest signed time seen. A day, because a clock that keeps local time is common and harms
// nobody.
void check_clock(base::Time now, const schema::Identity& identity, const Watermark& watermark);

}  // namespace site
