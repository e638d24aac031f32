#pragma once

#include "releaser/trust/key_names.hpp"
#include "trust/tuf/metadata.hpp"

#include <string>
#include <vector>

// What a draft changes, in words: what a holder reads before he signs.
namespace releaser {

// A line each: keys in and out, thresholds, expiry, which channels, and whatever else differs from
// what this program writes. `before` is nothing for the first version.
std::vector<std::string> describe_changes(const trust::tuf::Root* before,
                                          const trust::tuf::Root& after, const KeyNames& names);
std::vector<std::string> describe_changes(const trust::tuf::Targets* before,
                                          const trust::tuf::Targets& after, const KeyNames& names);

// Equal keys count once, whatever ids they have.
std::size_t distinct_keys(const trust::tuf::Authority& authority);
// "1 of 2 keys"
std::string threshold_text(const trust::tuf::Authority& authority);

}  // namespace releaser
