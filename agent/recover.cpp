#include "agent/recover.hpp"

#include "agent/activation.hpp"
#include "agent/boot.hpp"
#include "agent/repair.hpp"
#include "agent/uninstall.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace agent {
namespace {

LinkTarget target_in_terms_of(const std::optional<Journal>& journal,
                              const std::optional<schema::Version>& current) {
  if (!journal) {
    return current ? LinkTarget::other : LinkTarget::none;
  }
  if (current == journal->to) {
    return LinkTarget::to;
  }
  if (current == journal->from) {
    return LinkTarget::from;
  }
  return current ? LinkTarget::other : LinkTarget::none;
}

RunningVersion running_in_terms_of(const std::optional<Journal>& journal,
                                   const schema::Version& own) {
  if (!journal) {
    return RunningVersion::other;
  }
  if (own == journal->to) {
    return RunningVersion::to;
  }
  return own == journal->from ? RunningVersion::from : RunningVersion::other;
}

bool is_blocked_long_enough(const std::optional<Journal>& journal, base::Time now) {
  if (!journal || !journal->blocked_since) {
    return true;
  }
  return now < *journal->blocked_since || now - *journal->blocked_since >= kBlockedFor;
}

RecoveryFacts read_facts(const Services& services, const std::optional<Journal>& journal, Role role,
                         Insistence insistence, bool journal_was_damaged) {
  const Layout& layout = services.layout;
  const std::optional<schema::Version> current = current_version(layout);
  const std::optional<Probation> probation = journal ? journal->probation : std::nullopt;
  return {.journal = journal ? std::optional(journal->state) : std::nullopt,
          .current = target_in_terms_of(journal, current),
          .running = running_in_terms_of(journal, services.identity.version),
          // All bytes are read where a journal says that something happened; else a look suffices.
          .current_complete =
              current && (journal || journal_was_damaged ? complete(layout, *current)
                                                         : looks_complete(layout, *current)),
          .attempts = journal ? journal->attempts : 0,
          .transitions = journal ? journal->transitions : 0,
          .role = role,
          .judge = journal ? journal->judge : JudgedBy::probe,
          .boots = probation ? probation->boots : 0,
          .last_boot_crashed =
              probation && !probation->clean_shutdown && probation->started_boot_id == boot_id(),
          .blocked_long_enough = is_blocked_long_enough(journal, services.now),
          .insistence = insistence};
}

// Counted before it is tried: an attempt that ends in a crash counts too.
void count_attempt(const Layout& layout, Journal& journal) {
  ++journal.attempts;
  ++journal.transitions;
  write_journal(layout, journal);
}

std::string after(const std::string& text, const std::string& repaired) {
  return repaired.empty() ? text : base::cat(text, "; ", repaired);
}

std::string go_back(const Services& services, Journal& journal, const RecoveryFacts& facts) {
  std::string reason = "it was not complete";
  if (journal.state == JournalState::rolling_back && !journal.reason.empty()) {
    reason = journal.reason;
  } else if (facts.boots > 0 && facts.current_complete) {
    reason = base::cat("it crashed ", std::max(facts.boots, kMaxBoots), " times");
  } else if (facts.attempts >= kMaxFinishAttempts && facts.current_complete) {
    reason = base::cat("its check was cut off ", facts.attempts, " times");
  }
  switch_back(services, journal, {ProbeFault::broken, reason});
  return after(base::cat(journal.to.text(), " was left: ", reason), repair_current(services));
}

[[noreturn]] void stop(const Services& services, Journal& journal, const RecoveryFacts& facts) {
  const Layout& layout = services.layout;
  journal.reason = facts.transitions > kMaxTransitions
                       ? base::cat("it turned in circles in ", journal_state_name(journal.state))
                       : base::cat("going back to ",
                                   journal.from ? journal.from->text() : std::string("nothing"),
                                   " failed ", facts.attempts, " times");
  journal.blocked_since = services.now;
  enter_state(layout, journal, JournalState::blocked);
  block_version(layout, {journal.to, journal.sha256, journal.reason, services.now});
  const std::string repaired = repair_current(services);
  throw base::Error(base::Errc::cannot_write, after(blocked_text(layout, journal), repaired));
}

void continue_probation(const Layout& layout, Journal& journal, std::uint64_t boots) {
  journal.probation = Probation{.boots = boots,
                                .started_boot_id = boot_id(),
                                .clean_shutdown = false,
                                .deadline = since_boot() + kProbationLimit};
  enter_state(layout, journal, JournalState::probation);
}

// Gives what was done, for people. Nothing is collected: old versions go with the next update.
std::string apply(RecoveryAction action, const Services& services, Journal& journal,
                  const RecoveryFacts& facts) {
  const Layout& layout = services.layout;
  switch (action) {
    case RecoveryAction::nothing:
      return "";
    case RecoveryAction::repair:
    case RecoveryAction::drop:
    case RecoveryAction::forget:
    case RecoveryAction::clean_up:
      remove_journal(layout);
      return repair_current(services);
    case RecoveryAction::finish:
      count_attempt(layout, journal);
      finish_switch(services, journal, std::nullopt);
      return base::cat("finished the ", operation_name(journal.operation), " to ",
                       journal.to.text(), " that was interrupted");
    case RecoveryAction::start_probation:
    case RecoveryAction::count_boot:
      continue_probation(layout, journal, facts.boots + 1);
      return "";
    case RecoveryAction::go_on:
      continue_probation(layout, journal, facts.boots);
      return "";
    case RecoveryAction::request_restart:
      return "";
    case RecoveryAction::switch_back:
      return go_back(services, journal, facts);
    case RecoveryAction::note_external: {
      block_version(layout, {journal.to, journal.sha256, "went back by hand", services.now});
      remove_journal(layout);
      return after(base::cat("somebody went back from ", journal.to.text(),
                             " by hand; it is not taken again"),
                   repair_current(services));
    }
    case RecoveryAction::stop:
      stop(services, journal, facts);
    case RecoveryAction::stay_blocked:
      throw base::Error(base::Errc::cannot_write, blocked_text(layout, journal));
    case RecoveryAction::start_over:
      remove_journal(layout);
      return after(base::cat("what ", journal.to.text(), " had blocked is tried again"),
                   repair_current(services));
    case RecoveryAction::finish_removal:
      finish_removal(services, journal);
      throw base::Error(base::Errc::not_found,
                        base::cat("the uninstall that was cut off is finished now, and nothing is "
                                  "installed in ",
                                  layout.root.native()));
  }
  return "";
}

bool is_for_service(RecoveryAction action) {
  return action == RecoveryAction::start_probation || action == RecoveryAction::count_boot ||
         action == RecoveryAction::go_on || action == RecoveryAction::request_restart;
}

}  // namespace

std::string blocked_text(const Layout& layout, const Journal& journal) {
  const std::string since =
      journal.blocked_since ? base::cat(" since ", base::format_time(*journal.blocked_since)) : "";
  return base::cat("changes are stopped", since, ", because ", journal.to.text(),
                   " could not be settled (", journal.reason, "); what runs stays. `",
                   layout.program, " repair` mends it now; else it is tried again after a day");
}

Recovered recover(const Services& services, Role role, Insistence insistence) {
  const bool journal_was_damaged = set_damaged_state_aside(services);
  std::optional<Journal> journal = read_journal(services.layout);
  const RecoveryFacts facts = read_facts(services, journal, role, insistence, journal_was_damaged);
  const RecoveryAction action = recover_action(facts);
  Recovered recovered;
  if (journal) {
    recovered.done = apply(action, services, *journal, facts);
  } else if (action == RecoveryAction::repair) {
    recovered.done = repair_current(services);
  }
  if (is_for_service(action)) {
    recovered.pending = action;
  } else {
    repair_receipt(services);
  }
  return recovered;
}

}  // namespace agent
