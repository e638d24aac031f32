#include "releaser/commands/trust_place.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/trust/trust_folder.hpp"

namespace releaser {

using base::cat;
using base::Errc;
using base::Error;

base::Option folder_option() {
  return {"--folder", "", "DIR", "a copy of the trust folder; no configuration is read", {}};
}

Config load_trust_config(const base::Arguments& arguments) {
  Config config = load_config(find_config(arguments.value("--config"), "."));
  if (!config.trust) {
    throw Error(Errc::config, cat(config.file.filename().string(),
                                  ": [trust] is missing; `cco-release trust init` adds it"));
  }
  return config;
}

base::Path trust_folder_of(const Config& config, const Services& services) {
  return config.resolve(config.trust ? config.trust->folder : TrustSettings{}.folder,
                        services.environment.find("HOME").value_or(""));
}

TrustPlace find_trust_place(const Services& services, const base::Arguments& arguments) {
  if (const auto folder = arguments.value("--folder")) return {std::nullopt, *folder};
  Config config = load_trust_config(arguments);
  base::Path folder = trust_folder_of(config, services);
  return {std::move(config), std::move(folder)};
}

TrustPolicy require_trust_policy(const Config& config, const base::Messages& messages) {
  TrustPolicy policy = trust_policy(config);
  for (const std::string& warning : policy.warnings)
    messages.warn(warning);
  if (policy.problems.size() == 1) throw Error(Errc::config, policy.problems.front());
  if (!policy.problems.empty()) {
    throw Error(Errc::config,
                cat(policy.problems.size(), " problems:\n  ", base::join(policy.problems, "\n  ")));
  }
  return policy;
}

base::FileLock lock_trust_folder(const base::Path& folder) {
  if (base::type_of(folder) == std::filesystem::file_type::not_found) {
    throw Error(Errc::not_found,
                cat("there is no folder ", folder.string(), "; `cco-release trust init` makes it"));
  }
  auto lock = base::FileLock::try_acquire_directory(folder);
  if (!lock) {
    throw Error(Errc::locked,
                cat("another ceremony works in ", folder.string(), "; wait for its end"));
  }
  return *std::move(lock);
}

base::Time ceremony_time(const Services& services, const base::Arguments& arguments) {
  return date_of(arguments).value_or(services.now);
}

}  // namespace releaser
