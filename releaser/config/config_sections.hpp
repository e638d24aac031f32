#pragma once

#include "releaser/config/config_keys.hpp"

// How the tables of keys (config_keys_*.cpp) name the member of Config that a section fills.
namespace releaser {

constexpr bool kRequired = true;

// A section that is there always.
template <class Section>
auto member_of(Section Config::*member) {
  return [member](Config& config, const std::string&) -> Section& { return config.*member; };
}

// A section that is there where the file has its header.
template <class Section>
auto optional_member_of(std::optional<Section> Config::*member) {
  return [member](Config& config, const std::string&) -> Section& {
    return (config.*member).emplace();
  };
}

}  // namespace releaser
