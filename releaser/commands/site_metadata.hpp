#pragma once

#include "base/http.hpp"
#include "base/url.hpp"
#include "releaser/config/config.hpp"
#include "releaser/metadata/public_floor.hpp"

#include <optional>
#include <string_view>
#include <vector>

// The metadata of a site as whoever comes sees it, over HTTP.
namespace releaser {

// What is remembered of a site (stages/seen.hpp). Another URL than those of the configuration shows
// the same history, so there the floors of all destinations count.
std::vector<RememberedFloor> floors_of_site(const Config& config, std::string_view home,
                                            const base::Path& dist, const base::Url& url);

// As an agent reads it that begins with the first root: everything from there to the manifest of
// each channel. Nothing where the site has no metadata and `floors` know of none. Throws
//   Errc::untrusted  for what does not prove itself, ends with another root than the trust folder,
//                    or went back behind one of the floors;
//   Errc::expired, Errc::network.
std::optional<MetadataSet> read_site_metadata(base::HttpClient& http, const base::Url& url,
                                              const FinalTrust& trust,
                                              const std::vector<RememberedFloor>& floors,
                                              base::Time now);

}  // namespace releaser
