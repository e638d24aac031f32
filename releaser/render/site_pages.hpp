#pragma once

#include "releaser/product.hpp"

#include <string>
#include <vector>

namespace releaser {

// A page or script that a published site carries for people, beside releases and manifests.
struct SitePage {
  std::string path;  // "docs/INSTALLATION.md"
  std::string text;
  bool executable = false;
};

// README.md, docs/{INSTALLATION,UPDATING,TROUBLESHOOTING}.md and
// scripts/{uninstall,verify-installation}.sh. They depend on the product alone, so a new release
// leaves them as they are.
// `archives`: where the archives of a release are when they are not on the site itself, with
// "<version>" in it; empty: in releases/v<version>/ there.
std::vector<SitePage> render_site_pages(const Product& product, const std::string& archives = {});

}  // namespace releaser
