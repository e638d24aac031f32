#pragma once

#include "manifest-schema/channel.hpp"

#include <string>
#include <string_view>

namespace releaser {

// Package managers know no channels: a product has a package of its own for each, "<name>" and
// "<name>-beta", so that nobody gets a beta by an upgrade.
std::string package_name(std::string_view product, schema::Channel channel);

}  // namespace releaser
