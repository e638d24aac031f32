#pragma once

#include "base/clock.hpp"
#include "releaser/trust/policy.hpp"
#include "releaser/trust/trust_folder.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What `trust status` finds: pure, from what was read.
namespace releaser {

enum class RoleState { good, due, late, expired };
std::string_view state_name(RoleState state);

// Metadata of one role at one place.
struct RoleReport {
  std::string role, place;    // "root" "trust"; "timestamp" "site"
  std::uint64_t version = 0;  // 0: there is none
  std::optional<base::Time> expires;
  std::int64_t days_left = 0;  // rounded down: below 0 where it has expired
  RoleState state = RoleState::good;
  trust::tuf::Authority authority;
  std::vector<std::string> keys;  // "RW…"
};

// What a destination shows.
struct PublicTrust {
  struct Role {
    std::string name;
    std::uint64_t version = 0;
    base::Time expires;
  };
  std::string place;
  std::uint64_t roots = 0;  // how many N.root.json
  std::vector<Role> roles;  // snapshot, timestamp, targets, channels; empty: nothing is public
  std::string problem;      // why it cannot be believed or read, with what to do; empty: it can
  std::string elsewhere =
      {};  // why nothing is known of it here, without a fault; empty: it is known
};

struct TrustReport {
  std::vector<RoleReport> roles;
  std::vector<std::string> missing;  // signatures of a ceremony
  bool has_ceremony = false;
  std::vector<std::string> next;   // what to do, the most urgent first
  std::vector<std::string> notes;  // what cannot be seen from this machine
  // The role that expires first of those that expire soon or have; nothing while all have time.
  std::optional<RoleReport> late;
};

// When is little time left? Seven days before the expiry, and half of its life for what lives
// shorter than two weeks.
std::chrono::hours alarm_before(std::chrono::hours lifetime);

// `config` is nothing where only the folder is known.
TrustReport make_trust_report(const TrustFolder& folder, const Config* config,
                              const std::vector<PublicTrust>& places, base::Time now);

}  // namespace releaser
