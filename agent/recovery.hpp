#pragma once

#include "agent/journal.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace agent {

// The decision table of a start after a kill, as a pure function; WriteAccess applies it.
// Source: design, agent.md "States".

// What `current` points at, in the journal's terms. A first installation has no `from`: a link that
// is not there yet counts as `from` then.
enum class LinkTarget { from, to, other, none };
// Which version this process is, in the same terms.
enum class RunningVersion { from, to, other };
// What this process is there for. A command settles what it finds; a service is the very thing that
// is on probation, or its predecessor.
enum class Role { command, service };
// Whether the order of this process lifts BLOCKED.
enum class Insistence { none, of_a_person };

struct RecoveryFacts {
  std::optional<JournalState> journal;
  LinkTarget current = LinkTarget::none;
  RunningVersion running = RunningVersion::other;
  bool current_complete = false;  // what the link points at, by its mark
  std::uint64_t attempts = 0;
  std::uint64_t transitions = 0;
  Role role = Role::command;
  JudgedBy judge = JudgedBy::probe;
  std::uint64_t boots = 0;          // of the probation
  bool last_boot_crashed = false;   // in this run of the system, and by no signal that it handled
  bool blocked_long_enough = true;  // kBlockedFor has passed, or the clock went back
  Insistence insistence = Insistence::none;
};

enum class RecoveryAction {
  nothing,          // all is well, or nothing was ever installed
  drop,             // not switched yet: forget the journal, the staged files go with the sweep
  finish,           // switched: judge it by probe, and do what follows a switch
  start_probation,  // switched, and this is the new service: its first boot
  count_boot,       // the new service crashed and is started again: one boot more
  go_on,            // the new service, started again without a crash: still on probation
  request_restart,  // an old service is still running: it starts the new one and judges it
  switch_back,      // the link goes back to `from`
  note_external,    // somebody went back by hand: `to` is blocked, the journal forgotten
  forget,           // something else took its place
  clean_up,         // the outcome is durable, only the rest remains
  repair,           // `current` leads to nothing complete: take the best version that is
  stop,             // tried too often: BLOCKED, what runs stays
  stay_blocked,     // BLOCKED, and nothing has lifted that
  start_over,       // BLOCKED for long enough, or a person insists
  finish_removal,   // `uninstall` is never taken back
};
std::string_view recovery_action_name(RecoveryAction action);

inline constexpr std::uint64_t kMaxRollbackAttempts = 3;
inline constexpr std::uint64_t kMaxFinishAttempts = 3;
inline constexpr std::uint64_t kMaxTransitions = 32;
inline constexpr std::uint64_t kMaxBoots = 3;
// A machine that nobody watches gets another chance each day.
inline constexpr std::chrono::hours kBlockedFor{24};

RecoveryAction recover_action(const RecoveryFacts& facts);

}  // namespace agent
