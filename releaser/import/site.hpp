#pragma once

#include "releaser/config/config.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Where releases go: what every import decides alike.
namespace releaser::import {

// "https://github.com/owner/name" -> owner and name.
std::optional<std::pair<std::string, std::string>> repository_of(std::string_view url);

// A folder that a web server shows; the address is for a person to set.
DestinationSettings folder_destination(std::string_view product);

// The host of the archives, and the site beside it: a branch of the same repository on github.com,
// else a folder, which `note` tells.
void add_forge(Config& config, DestinationSettings host,
               const std::function<void(std::string_view)>& note);

}  // namespace releaser::import
