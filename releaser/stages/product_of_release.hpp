#pragma once

#include "manifest-schema/manifest.hpp"
#include "releaser/config/config.hpp"
#include "releaser/product.hpp"

namespace releaser {

// What the configuration alone says of the product: neither binaries nor agent. It has a
// destination.
Product product_of_config(const Config& config);

// What renderers need to know, from what was published: nothing is built or looked for here.
Product product_of_release(const Config& config, const schema::Release& release);

}  // namespace releaser
