#pragma once

#include "base/clock.hpp"
#include "base/url.hpp"
#include "releaser/commands/public_site.hpp"
#include "releaser/config/config.hpp"

#include <optional>
#include <string>
#include <vector>

// Where the releases of a configuration are public, and with what they are verified there.
namespace releaser {

struct SitePlace {
  base::Url url;                           // where it is read
  base::Url known_as;                      // what is remembered of it is remembered under this one
  const DestinationSettings* destination;  // nullptr: of another configuration
  // Archives are looked at here, which is not where the readers of that site fetch them.
  const DestinationSettings* mirror = nullptr;
  [[nodiscard]] base::Url shown() const {
    return mirror == nullptr ? url : base::Url::parse(mirror->url);
  }
};

// Each site and further host of archives, or what `given` (--url) names. A folder that is on
// another machine is looked at from outside, as everybody does. Throws Errc::config where there is
// none.
std::vector<SitePlace> public_places(const Config& config, const std::string& home,
                                     const std::optional<std::string>& given);

// With the keys and the trust folder of the configuration. Throws Errc::config without [sign].
SiteQuestion site_question(const Config& config, const std::string& home, base::Time now);

// The question as it is asked at one of the places.
void ask_at(SiteQuestion& question, const SitePlace& place, const Config& config,
            const std::string& home);

}  // namespace releaser
