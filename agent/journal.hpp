#pragma once

#include "agent/layout.hpp"
#include "base/clock.hpp"
#include "manifest-schema/version.hpp"
#include "trust/digest.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

// journal.json: what is under way. It is there from the first change to the last, and each state is
// durable before anything of the next one happens. Who finds it continues by recover_action().

// The states of agent.md, in their order; each is true from the moment that it is written:
//   downloading   nothing but staging/ has changed
//   verified      the archive is here, its digest is the manifest's
//   staged        it is unpacked and flushed, each file with its digest
//   ready         the new program has been tried in staging/
//   armed         versions/<to> is whole with its mark; `current` is about to move
//   switched      `current` -> to; not judged yet
//   probation     the service runs `to`; somebody else judges it (Probation)
//   committed     good; only cleaning up is left. `previous` and the receipt are renewed
//   rolling_back  not good; `current` is about to go back to `from`
//   rolled_back   `current` -> from, `to` is on the blocklist; only cleaning up is left
//   blocked       settling it failed too often: what runs stays, and nothing changes for a day or
//                 until a person says `repair`
//   removing      `uninstall`: from its first change to its last, and never back
// Without a service an update goes from switched to committed; probation is the service's.
enum class JournalState {
  downloading,
  verified,
  staged,
  ready,
  armed,
  switched,
  probation,
  committed,
  rolling_back,
  rolled_back,
  blocked,
  removing,
};
std::string_view journal_state_name(JournalState state);

enum class Operation { install, update, rollback, repair, uninstall };
std::string_view operation_name(Operation operation);

// Who says after the switch whether the new version is good.
enum class JudgedBy {
  probe,    // this very process, by running it through PATH's links
  service,  // the process that ran before, or the version before, while the new one runs
};
std::string_view judged_by_name(JudgedBy judge);

// How the new version fares as a service. The judge holds the lock; while it lives nobody else
// gets here. Once it is dead, a starting service counts its own boots, and a command judges by
// probe.
inline constexpr std::chrono::seconds kProbationLimit{120};  // healthy within so long
struct Probation {
  std::uint64_t boots = 0;      // starts of the new version as a service that were not its judge's
  std::string started_boot_id;  // of the system, when `boots` last changed
  bool clean_shutdown = false;  // the last start was ended by a signal that it handled
  // On the clock that runs since the system's start, sleep included; of started_boot_id only. For
  // the living judge: not healthy by then is failed.
  std::chrono::milliseconds deadline{0};
  bool operator==(const Probation&) const = default;
};

struct Journal {
  std::string id;  // 32 hexadecimal digits
  Operation operation = Operation::update;
  JournalState state = JournalState::downloading;
  std::optional<schema::Version> from;
  schema::Version to;             // of an uninstall: what is removed
  trust::Sha256 sha256;           // of the archive of `to`
  std::uint64_t attempts = 0;     // how often recovery took up the state that it is in
  std::uint64_t transitions = 0;  // of the whole operation, recoveries included
  bool hold = false;              // committing it sets the hold against `from`
  bool purge = false;             // of an uninstall
  JudgedBy judge = JudgedBy::probe;
  std::optional<Probation> probation;  // from probation on
  std::string reason;                  // of rolling_back and blocked, for people
  base::Time started{};
  std::optional<base::Time> blocked_since;
};

// A file of a newer schema throws Errc::config and is never written over (state.hpp).
std::optional<Journal> read_journal(const Layout& layout);
void write_journal(const Layout& layout, const Journal& journal);
void remove_journal(const Layout& layout);
// The next state: durable when this returns. Counts a transition, and its attempts start anew.
void enter_state(const Layout& layout, Journal& journal, JournalState state);

}  // namespace agent
