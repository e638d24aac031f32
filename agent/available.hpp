#pragma once

#include "manifest-schema/channel.hpp"
#include "manifest-schema/manifest.hpp"
#include "manifest-schema/version.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace agent {

// What the manifests of all channels that a user sees say together.
struct Available {
  std::map<schema::Version, schema::Release, std::greater<>> releases;  // newest first
  std::optional<schema::Version> security_floor;                        // the highest of all
  std::map<schema::Channel, schema::Notice> halts;
  std::map<schema::Version, std::string, std::greater<>> deprecation_notices;
  bool operator==(const Available&) const = default;
};

// Merges manifests of single channels; their order does not matter. Where two list one version
// (a promoted one), the entry of the more stable channel is used; what one of them withdraws is
// withdrawn, what one of them calls critical or breaking is that.
Available merge_manifests(std::span<const schema::Manifest> manifests);

}  // namespace agent
