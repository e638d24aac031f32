#pragma once

#include "agent/state.hpp"

#include <cstdint>
#include <optional>

namespace agent {

// The decision table of a start after a kill, as a pure function; WriteAccess applies it.
// Source: design, agent.md "States".

// What `current` points at, in the journal's terms. A first installation has no `from`: a link that
// is not there yet counts as `from` then.
enum class LinkTarget { from, to, other, none };
// Which version this process is, in the same terms. An update without a service has no process
// whose version could matter; with a service the old one and the new one act differently.
enum class RunningVersion { from, to, other };

struct RecoveryFacts {
  std::optional<JournalState> journal;
  LinkTarget current = LinkTarget::none;
  RunningVersion running = RunningVersion::other;
  bool current_complete = false;  // what the link points at, by its mark
  std::uint64_t attempts = 0;
  std::uint64_t transitions = 0;
};

enum class RecoveryAction {
  nothing,        // all is well, or nothing was ever installed
  drop,           // not switched yet: forget the journal, the staged files go with the sweep
  finish,         // switched: do what follows a switch
  switch_back,    // the link goes back to `from`
  note_external,  // somebody went back by hand: `to` is blocked, the journal forgotten
  forget,         // something else took its place
  clean_up,       // the outcome is durable, only the rest remains
  repair,         // `current` leads to nothing complete: take the best version that is
  stop,           // tried too often: keep what runs
};

inline constexpr std::uint64_t kMaxRollbackAttempts = 3;
inline constexpr std::uint64_t kMaxTransitions = 32;

RecoveryAction recover_action(const RecoveryFacts& facts);

}  // namespace agent
