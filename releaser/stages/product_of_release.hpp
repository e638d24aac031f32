#pragma once

#include "manifest-schema/manifest.hpp"
#include "releaser/config/config.hpp"
#include "releaser/product.hpp"

#include <string>

namespace releaser {

// What the configuration alone says of the product: neither binaries nor agent. It has a
// destination.
Product product_of_config(const Config& config);

// What renderers need to know, from what was published: nothing is built or looked for here.
Product product_of_release(const Config& config, const schema::Release& release);

// Where a person fetches the archives of a release, with "<version>" in it; empty where that is the
// first destination itself. As render_site_pages() takes it.
std::string archives_place(const Config& config);

}  // namespace releaser
