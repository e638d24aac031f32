#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/seen.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/trust/trust_folder.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace tuf = trust::tuf;

void compare_with_policy(const FinalTrust& trust, const Config& config, Problems& problems) {
  const TrustPolicy policy = trust_policy(config);
  const tuf::Root root = newest_root(trust);
  const tuf::Targets targets = targets_of(trust);
  std::vector<std::string> other;
  for (const TrustRole& role : policy.roles) {
    std::string found;
    if (const tuf::Delegation* const delegation = targets.find_delegation(role.name)) {
      found = delegation->authority.fingerprint();
    }
    for (const tuf::RoleType type : tuf::kRoleTypes)
      if (tuf::role_name(type) == role.name) found = root.roles.at(type).fingerprint();
    if (found != role.authority.fingerprint()) other.push_back(role.name);
  }
  if (other.empty()) return;
  problems.warn(cat(config.place("trust"), ": [trust] gives other keys to ",
                    base::join(other, ", "),
                    " than the trust folder, whose keys count until new ones are final; begin "
                    "with cco-release trust rotate"));
}

void check_lifetimes(const FinalTrust& trust, base::Time now, Problems& problems) {
  for (const auto& [name, expires] : {std::pair("root", newest_root(trust).expires),
                                      std::pair("targets", targets_of(trust).expires)}) {
    const std::string when = base::format_time(expires);
    if (expires <= now) {
      problems.add(Errc::expired, cat(name, " of the trust folder expired at ", when,
                                      "; sign a new one: cco-release trust rotate"));
    } else if (expires - now < kNearTheEnd) {
      problems.warn(cat(name, " of the trust folder expires at ", when,
                        "; sign a new one in time: cco-release trust rotate"));
    }
  }
}

}  // namespace

tuf::Root newest_root(const FinalTrust& trust) {
  return tuf::parse_root(tuf::parse_envelope(trust.roots.back(), tuf::kByteLimits.root));
}

tuf::Targets targets_of(const FinalTrust& trust) {
  return tuf::parse_targets(tuf::parse_envelope(trust.targets, tuf::kByteLimits.targets));
}

FinalTrust read_final_trust(const Config& config, std::string_view home) {
  TrustFolder folder = read_trust_folder(config.resolve(config.trust->folder, home));
  if (folder.roots.empty() || !folder.targets) {
    throw Error(Errc::config, cat(folder.path.string(),
                                  " has no final root yet; let its holders sign it, then "
                                  "run cco-release trust finalize"));
  }
  return {std::move(folder.roots), std::move(folder.targets_bytes)};
}

bool has_agent(const Config& config) {
  return config.agent && (!config.agent->binary.empty() ||
                          std::any_of(config.overrides.begin(), config.overrides.end(),
                                      [](const auto& each) { return !each.second.agent.empty(); }));
}

std::string agent_without_trust(const Config& config) {
  return cat(
      config.place("agent"),
      ": [agent] needs [trust]: an agent believes metadata alone; run cco-release trust init");
}

bool check_trust(Run& run, Problems& problems) {
  if (!run.config.trust) {
    if (has_agent(run.config)) problems.add(agent_without_trust(run.config));
    return false;
  }
  const TrustPolicy policy = trust_policy(run.config);
  for (const std::string& problem : policy.problems)
    problems.add(problem);
  for (const std::string& warning : policy.warnings)
    problems.warn(warning);
  if (!policy.problems.empty() || run.skips("sign") || run.destinations.empty()) return false;
  bool is_read = false;
  problems.collect([&] {
    base::with_context(run.config.place("trust"),
                       [&] { run.trust = read_final_trust(run.config, run.home); });
    compare_with_policy(*run.trust, run.config, problems);
    check_lifetimes(*run.trust, run.around.now, problems);
    const Destination& first = *run.destinations.front();
    base::with_context(first.place(), [&] {
      run.public_metadata =
          read_public_metadata(reader_of(first), *run.trust, remembered_floors(run, first));
      is_read = true;
      check_metadata_not_replayed(run);
    });
  });
  return is_read;
}

}  // namespace releaser
