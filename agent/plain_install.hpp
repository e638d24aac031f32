#pragma once

#include "agent/available.hpp"
#include "agent/install.hpp"

namespace agent {

// `install --unmanaged`: the product's programs as plain files in the bin directory, proven and
// probed like any release, each put there by one rename; no root, no links, no updater.
//   published  whose programs it may replace
InstallOutcome install_plainly(const Services& services, base::HttpClient& http,
                               const InstallOrder& order, const Available& published);

}  // namespace agent
