#pragma once

#include "base/url.hpp"
#include "manifest-schema/channel.hpp"
#include "releaser/config/formula_texts.hpp"
#include "trust/public_key.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace releaser {

// What renderers need to know of a product, beside the release itself (schema::Release). All of it
// comes from cco-release.toml.
struct Product {
  std::string name;  // "esbuild"
  std::string description, homepage, license, maintainer;
  std::vector<std::string> binaries;  // names in the archive without ".exe": {"esbuild"}
  std::optional<std::string> agent;   // "esbuild-updater", where any platform packs one
  base::Url base_url;                 // of the site that serves installers, manifests and releases/
  std::map<schema::Channel, std::vector<trust::PublicKey>> public_keys;
  FormulaTexts formula = {};
};

}  // namespace releaser
