#pragma once

#include "base/file.hpp"
#include "releaser/config/config.hpp"
#include "releaser/services.hpp"
#include "releaser/trust/policy.hpp"

#include <optional>

namespace releaser {

// Where a command of `trust` works.
struct TrustPlace {
  std::optional<Config> config;  // nothing where --folder says all that is needed
  base::Path folder;
};

// --folder, for holders who have a copy of the folder and no repository.
base::Option folder_option();

// Throws Errc::config where the configuration has no [trust].
TrustPlace find_trust_place(const Services& services, const base::Arguments& arguments);
// Of the configuration, whatever --folder says.
Config load_trust_config(const base::Arguments& arguments);
base::Path trust_folder_of(const Config& config, const Services& services);

// Throws one Errc::config with all that is wrong.
TrustPolicy require_trust_policy(const Config& config, const base::Messages& messages);

// Keeps other ceremonies out of the folder, which is there. Throws Errc::locked.
base::FileLock lock_trust_folder(const base::Path& folder);

// The moment that expiry is counted from: --date, else now.
base::Time ceremony_time(const Services& services, const base::Arguments& arguments);

}  // namespace releaser
