#pragma once

#include "agent/available.hpp"
#include "agent/state.hpp"
#include "base/json.hpp"
#include "manifest-schema/platform.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agent {

// What `list` knows of one version, installed or on offer.
struct ListedVersion {
  schema::Version version;
  bool installed = false, complete = false, current = false, previous = false;
  bool available = false;  // the site lists it
  bool for_this_machine = false;
  std::optional<schema::Channel> channel;
  std::optional<base::Time> date;
  std::optional<std::uint64_t> size;  // of the archive for this machine
  std::vector<std::string> remarks;   // "held", "yanked: reason", "skipped", "below the floor", …
};

struct ListingInput {
  std::vector<schema::Version> installed;
  std::vector<schema::Version> complete;
  std::optional<schema::Version> current, previous;
  std::optional<Available> available;  // none: the site was not asked, or did not answer
  std::optional<RollbackHold> hold;
  std::vector<BlockedVersion> blocklist;
  std::vector<schema::Version> skipped;
  std::optional<std::string> pin;
  schema::Machine machine;
};

// Newest first.
std::vector<ListedVersion> make_listing(const ListingInput& input);
std::string listing_text(const std::vector<ListedVersion>& versions);
base::json::Value listing_json(const std::vector<ListedVersion>& versions,
                               const std::string& product, schema::Channel channel,
                               bool site_was_read);

}  // namespace agent
