#pragma once

#include "releaser/config/config.hpp"
#include "trust/public_key.hpp"
#include "trust/tuf/key.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What [trust] of cco-release.toml means for each role of the metadata.
namespace releaser {

struct TrustRole {
  std::string name;                    // "root", "targets", "stable", …, "snapshot", "timestamp"
  std::vector<trust::PublicKey> keys;  // in the order of the configuration, each value once
  trust::tuf::Authority authority;     // the same keys as metadata names them, and the threshold
  std::chrono::days lifetime{};
  // Signed again by `trust refresh` (or, where the key is no online one, due to be signed again)
  // when less than this is left.
  std::chrono::hours renew_below{};
};

struct TrustPolicy {
  std::vector<TrustRole> roles;  // root, targets, the channels, snapshot, timestamp
  std::vector<std::string>
      problems;  // each with its line; nothing may be signed while there is one
  std::vector<std::string> warnings;  // what works, and will be regretted

  // Throws Errc::internal for a name that is no role.
  [[nodiscard]] const TrustRole& role(std::string_view name) const&;
  const TrustRole& role(std::string_view name) const&& = delete;  // it would refer to what is gone
};

// How often [trust] refresh runs; nothing where it does not.
std::optional<std::chrono::hours> refresh_interval(const TrustSettings& trust);

// By preset:
//
//   role                 keys     solo    team    ci-stable  lifetime
//   root, targets        offline  1 of 2  2 of 3  1 of 2     365 days
//   stable, beta         release  1 of 1  2 of 3  1 of 1     365 days
//   nightly              CI       1       1       1           30 days
//   snapshot             online   1       1       1          365 days
//   timestamp            online   1       1       1           30 days (team: 7)
//
// "2 of 3" is the threshold and how many keys there should be: with fewer keys than the threshold
// there is a problem, with fewer than planned a warning. Without a scheduled refresh every lifetime
// is 365 days.
//
// A list that is empty falls back: targets to root, stable to [sign] public_key, beta to stable,
// nightly to online, and with ci-stable online to stable. Root keys sign nothing else than root and
// targets; except with ci-stable, no online key may sign stable or beta.
//
// [trust] is there.
TrustPolicy trust_policy(const Config& config);

}  // namespace releaser
