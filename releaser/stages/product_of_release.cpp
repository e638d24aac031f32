#include "releaser/stages/product_of_release.hpp"

#include "base/text.hpp"
#include "releaser/destinations/destination.hpp"
#include "releaser/stages/product_keys.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;

std::string without_suffix(std::string name, std::string_view suffix) {
  if (!suffix.empty() && name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  return name;
}

// The platform whose binaries name those of the product: the first of the configuration that it
// has, as when it was published.
const std::pair<const schema::Platform, schema::PlatformEntry>& first_platform(
    const Config& config, const schema::Release& release) {
  for (const schema::Platform& platform : config.platforms) {
    const auto found = release.platforms.find(platform);
    if (found != release.platforms.end()) return *found;
  }
  return *release.platforms.begin();
}

}  // namespace

Product product_of_config(const Config& config) {
  const ProductSettings& settings = config.product;
  Product product{.name = settings.name,
                  .description = settings.description,
                  .homepage = settings.homepage,
                  .license = settings.license,
                  .maintainer = settings.maintainer,
                  .binaries = {},
                  .agent = {},
                  .base_url = base::Url::parse(config.destinations.front().url),
                  .public_keys = {}};
  if (config.homebrew) {
    const FormulaTexts& texts = *config.homebrew;
    product.formula = texts;
  }
  if (config.sign) {
    // Also those before it: they alone signed what was not changed since.
    for (const schema::Channel channel : schema::kChannels)
      product.public_keys[channel] = product_keys(*config.sign).trusted;
  }
  return product;
}

Product product_of_release(const Config& config, const schema::Release& release) {
  Product product = product_of_config(config);
  const auto& [platform, entry] = first_platform(config, release);
  const std::string updater = cat(config.product.name, "-updater");
  product.binaries.reserve(entry.binaries.size());
  for (const schema::BinaryEntry& binary : entry.binaries) {
    std::string name = without_suffix(binary.path, platform.executable_suffix());
    // A program that is its own agent is one of the product's binaries too.
    const bool is_agent_alone =
        entry.agent == binary.path && name == updater && entry.binaries.size() > 1;
    if (!is_agent_alone) product.binaries.push_back(std::move(name));
  }
  for (const auto& [of, each] : release.platforms) {
    if (!product.agent && each.agent)
      product.agent = without_suffix(*each.agent, of.executable_suffix());
  }
  return product;
}

std::string archives_place(const Config& config) {
  const DestinationSettings* const host = config.asset_host();
  if (host == nullptr || config.destinations.front().carries.assets) return "";
  const std::string of_a_file = asset_url(*host, "vVERSION", "-").text();
  return base::replace_all(of_a_file.substr(0, of_a_file.size() - 1), "/vVERSION/", "/v<version>/");
}

}  // namespace releaser
