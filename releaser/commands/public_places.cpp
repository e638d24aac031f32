#include "releaser/commands/public_places.hpp"

#include "base/error.hpp"
#include "base/file_url.hpp"
#include "releaser/commands/public_trust.hpp"
#include "releaser/commands/release_run.hpp"
#include "releaser/commands/site_metadata.hpp"
#include "releaser/stages/metadata_stage.hpp"

namespace releaser {

using base::Errc;
using base::Error;

std::vector<SitePlace> public_places(const Config& config, const std::string& home,
                                     const std::optional<std::string>& given) {
  std::vector<SitePlace> places;
  if (given) {
    const base::Url url = base::Url::parse(*given);
    places.push_back(
        {url, url, config.destinations.empty() ? nullptr : &config.destinations.front()});
    return places;
  }
  for (const DestinationSettings& destination : config.destinations) {
    if (!destination.carries.site) continue;
    const base::Url url = base::Url::parse(destination.url);
    const bool is_folder =
        !destination.path.empty() && !is_elsewhere(destination, config, home, default_dist(config));
    places.push_back({is_folder ? base::file_url(config.resolve(destination.path, home)) : url, url,
                      &destination});
  }
  if (!places.empty()) {
    for (const DestinationSettings* const mirror : mirrors_without_site(config)) {
      SitePlace place = places.front();
      place.mirror = mirror;
      places.push_back(std::move(place));
    }
  }
  if (places.empty()) {
    throw Error(Errc::config, "there is no [[destination]] to verify; add one, or give --url");
  }
  return places;
}

SiteQuestion site_question(const Config& config, const std::string& home, base::Time now) {
  if (!config.sign) {
    throw Error(Errc::config,
                "[sign] is missing: its public key is what everything is verified "
                "with; `cco-release keys new` makes one");
  }
  SiteQuestion question{.product = config.product.name,
                        .keys = product_keys(*config.sign),
                        .trust = std::nullopt,
                        .floors = {},
                        .asset_url = {},
                        .installers = config.installers ? Installers::yes : Installers::no,
                        .version = std::nullopt,
                        .depth = SiteDepth::releases,
                        .now = now};
  if (config.trust) question.trust = read_final_trust(config, home);
  return question;
}

void ask_at(SiteQuestion& question, const SitePlace& place, const Config& config,
            const std::string& home) {
  question.asset_url = place.mirror == nullptr
                           ? assets_for_readers_of(place.destination, config, home)
                           : assets_at(*place.mirror, config, home);
  question.floors = floors_of_site(config, home, default_dist(config), place.known_as);
}

}  // namespace releaser
