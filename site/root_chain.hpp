#pragma once

#include "base/http.hpp"
#include "base/url.hpp"
#include "manifest-schema/identity.hpp"
#include "trust/digest.hpp"

namespace site {

// For who was told the digest of a root by another way than the site itself. Reads the chain of
// roots at `base_url` from the first one on, each signed by the one before, and throws
// Errc::untrusted unless it has both a root of this digest and the pinned one, which the program
// was made with: then both were made by the same people. Errc::not_found where there is no root.
void require_root_in_chain(base::HttpClient& http, const base::Url& base_url,
                           const schema::RootPin& pin, const trust::Sha256& wanted);

}  // namespace site
