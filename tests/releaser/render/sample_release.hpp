#pragma once

#include "manifest-schema/manifest.hpp"
#include "releaser/product.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace test {

// esbuild with its six platforms and an updater.
releaser::Product sample_product();

// A release of it for these platforms, each archive with the digest of its platform's name.
schema::Release sample_release(std::string_view version, schema::Channel channel,
                               const std::vector<std::string>& platforms);
std::vector<std::string> six_platforms();

}  // namespace test
