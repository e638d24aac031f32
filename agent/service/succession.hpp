#pragma once

#include "agent/journal.hpp"

#include <cstdint>
#include <optional>

namespace agent {

// What a service does when the version in place is no longer the one that it runs: a pure decision.
// The old service starts the new version with its socket and watches over it; an update, which
// holds the lock, judges it (probation.hpp) and commits or goes back. Whoever of the three is
// killed, the others see it here.
struct SuccessionFacts {
  std::optional<schema::Version> own;      // that this process runs; nothing: from elsewhere
  std::optional<schema::Version> current;  // that is in place, if it is complete
  std::optional<Journal> journal;
  bool judge_is_there = false;  // somebody holds the lock
  // This process was started by an older version, which is still there.
  bool is_watched_over = false;
  // The new version that this process started.
  enum class Successor { none, running, ended };
  Successor successor = Successor::none;
  std::optional<schema::Version> successor_version;
  std::uint64_t successor_ended = 0;  // how often
  bool from_is_complete = false;      // of the journal: the kept version can be started
};

enum class Succession {
  serve,            // be the service
  start_judge,      // nobody settles what the journal says: start somebody who does
  start_successor,  // the new version gets the socket
  wait,             // it has it
  stand_in,         // it ended too often: answer for it until it is judged
  retire,           // it is the service now
  take_back,        // it was judged unfit: end it and be the service again
  become_current,   // another version is in place: become it
  become_from,  // this is the new version and no old one watches: become the kept one, which can
};

inline constexpr std::uint64_t kMaxSuccessorEnds = 3;

Succession decide_succession(const SuccessionFacts& facts);

}  // namespace agent
