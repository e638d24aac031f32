#pragma once

#include "base/clock.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/identity.hpp"
#include "manifest-schema/manifest.hpp"
#include "site/metadata_store.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace site {

// One role as a store has it, proven by the chain from the pinned root.
struct KeptRole {
  std::string name;  // "root", "timestamp", "snapshot", "targets", "stable"
  std::uint64_t version = 0;
  base::Time expires{};
  std::vector<std::string> key_ids;  // who may sign it
  std::uint64_t threshold = 0;       // how many of them have to
};

struct KeptMetadata {
  std::vector<KeptRole> roles;  // in the order in which they are proven
  std::map<schema::Channel, schema::Manifest> manifests;
  std::string problem;  // why it ends there; empty: all of it is proven
};

// What a store proves by itself, whatever has expired meanwhile: for people who want to know what
// an agent knows. Reads only, and never throws for what is in the store.
KeptMetadata read_kept_metadata(const MetadataStore& store, const schema::Identity& identity);

}  // namespace site
