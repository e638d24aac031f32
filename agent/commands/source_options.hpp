#pragma once

#include "agent/config.hpp"
#include "agent/local_source.hpp"
#include "base/clock.hpp"
#include "base/command_table.hpp"
#include "base/error.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

// Where a command takes releases from instead of the sites that are configured, and what it takes
// although it has expired.
struct SourceOptions {
  std::optional<LocalSource> local;
  std::optional<base::Time> allow_expired_until;
};

base::Option from_option();
base::Option root_sha256_option();
base::Option allow_expired_until_option();

// Throws Errc::usage for values that are none and options that do not go together.
SourceOptions read_source_options(const base::Arguments& arguments);
// Throws Errc::config where the policy of this machine refuses them.
void require_allowed_source(const LoadedConfig& loaded, const SourceOptions& options);

SiteAccess open_source(const Services& services, const Config& config, const SourceOptions& options,
                       const std::optional<base::Url>& base_url = std::nullopt);

// Says that metadata was taken although it has expired, where that was asked for.
void warn_of_expired(const Services& services, const SourceOptions& options);

// " --from bundle --channel beta": those of these options that were given, as they would be typed
// again.
std::string typed_again(const base::Arguments& arguments,
                        std::initializer_list<std::string_view> names);

// The error of a look at a local source, with the command that a person can run once where all that
// is wrong is its time. `command` is the program and its command as the user would type them.
base::Error with_command_for_once(const base::Error& error, const Services& services,
                                  const SiteAccess& access, const Config& config,
                                  std::string_view command, const base::Arguments& arguments);

}  // namespace agent
