#include "agent/activation.hpp"
#include "agent/file_system.hpp"
#include "agent/install.hpp"
#include "agent/own_folders.hpp"
#include "agent/recover_script.hpp"
#include "agent/recovery.hpp"
#include "agent/repair.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace agent {
namespace {

base::FileLock take_lock(const Layout& layout, std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kPause{20};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::optional<base::FileLock> lock;
  for (;;) {
    writing_to(layout, [&] { lock = base::FileLock::try_acquire(layout.lock); });
    if (lock || std::chrono::steady_clock::now() >= deadline) {
      break;
    }
    std::this_thread::sleep_for(kPause);
  }
  if (!lock) {
    throw base::Error(base::Errc::locked,
                      base::cat("another ", layout.program, " is changing ", layout.root.native(),
                                "; wait for it and run this again"));
  }
  return std::move(*lock);
}

void sweep(const Layout& layout) {
  writing_to(layout, [&] {
    for (const std::string& name : base::list_directory(layout.staging)) {
      if (is_staging_name(name)) {
        base::remove_tree(layout.staging / name);
      }
    }
    for (const base::Path& directory :
         {layout.root, layout.versions, layout.state, layout.state / "metadata",
          layout.state / "metadata" / "root_history"}) {
      base::remove_stale_temporaries(directory);
    }
    // A rename that a kill left before its mark, or a removal that a kill left after it.
    for (const schema::Version& version : installed_versions(layout)) {
      if (version != current_version(layout) && version != previous_version(layout) &&
          has_no_mark(layout, version) &&
          !is_program_running_below(layout.version_directory(version))) {
        remove_version(layout, version);
      }
    }
  });
}

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

// Gives what was done, for people. Nothing is collected: old versions go with the next update.
std::string apply(RecoveryAction action, const Services& services, Journal& journal) {
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
      finish_switch(services, journal, std::nullopt);
      return base::cat("finished the ", operation_name(journal.operation), " to ",
                       journal.to.text(), " that was interrupted");
    case RecoveryAction::switch_back: {
      switch_back(services, journal, {ProbeFault::broken, "it was not complete"});
      const std::string repaired = repair_current(services);
      return base::cat(journal.to.text(), " was not complete and was left",
                       repaired.empty() ? "" : "; ", repaired);
    }
    case RecoveryAction::note_external:
      block_version(layout, {journal.to, journal.sha256, "went back by hand", journal.started});
      remove_journal(layout);
      return base::cat("somebody went back from ", journal.to.text(),
                       " by hand; it is not taken again");
    case RecoveryAction::stop: {
      block_version(layout, {journal.to, journal.sha256, "could not be settled", journal.started});
      remove_journal(layout);
      const std::string repaired = repair_current(services);
      return base::cat(journal.to.text(),
                       " could not be settled in many attempts and is not taken again",
                       repaired.empty() ? "" : "; ", repaired);
    }
  }
  return "";
}

std::string recover(const Services& services, bool journal_was_damaged) {
  const Layout& layout = services.layout;
  std::optional<Journal> journal = read_journal(layout);
  const std::optional<schema::Version> current = current_version(layout);
  // All bytes are read where a journal says that something happened; else a look suffices.
  const bool current_complete =
      current && (journal || journal_was_damaged ? complete(layout, *current)
                                                 : looks_complete(layout, *current));
  const RecoveryFacts facts{.journal = journal ? std::optional(journal->state) : std::nullopt,
                            .current = target_in_terms_of(journal, current),
                            .running = RunningVersion::other,
                            .current_complete = current_complete,
                            .attempts = journal ? journal->attempts : 0,
                            .transitions = journal ? journal->transitions : 0};
  const RecoveryAction action = recover_action(facts);
  if (!journal) {
    return action == RecoveryAction::repair ? repair_current(services) : "";
  }
  return apply(action, services, *journal);
}

}  // namespace

WriteAccess::WriteAccess(const Services& services, WhenLocked when_locked, Recovery recovery)
    : m_lock([&] {
        constexpr std::chrono::milliseconds kPatience{3000};
        require_own_root(services.layout);
        return take_lock(services.layout, when_locked == WhenLocked::wait_briefly
                                              ? kPatience
                                              : std::chrono::milliseconds(0));
      }()) {
  if (recovery == Recovery::first) {
    m_recovered = base::with_context("recovery", [&] {
      const bool journal_was_damaged = set_damaged_state_aside(services);
      std::string done = recover(services, journal_was_damaged);
      repair_receipt(services);
      return done;
    });
  }
  sweep(services.layout);
  writing_to(services.layout, [&] { ensure_recover_script(services.layout); });
  if (!m_recovered.empty()) {
    services.messages.say(base::cat(services.layout.program, ": ", m_recovered));
  }
}

}  // namespace agent
