#include "agent/recovery.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>

using agent::JournalState;
using agent::LinkTarget;
using agent::recover_action;
using agent::RecoveryAction;
using agent::RecoveryFacts;
using agent::RunningVersion;

namespace {

constexpr std::array kStates{
    JournalState::downloading, JournalState::verified,  JournalState::staged,
    JournalState::ready,       JournalState::armed,     JournalState::switched,
    JournalState::probation,   JournalState::committed, JournalState::rolling_back,
    JournalState::rolled_back, JournalState::blocked,
};
constexpr std::array kTargets{LinkTarget::from, LinkTarget::to, LinkTarget::other,
                              LinkTarget::none};
constexpr std::array kRunning{RunningVersion::from, RunningVersion::to, RunningVersion::other};

bool before_the_switch(JournalState state) { return state < JournalState::armed; }

}  // namespace

TEST_SUITE("agent/recovery") {
  TEST_CASE("without a journal a link to nothing complete is mended, and one that is missing") {
    for (const LinkTarget current : kTargets) {
      for (const bool complete : {false, true}) {
        const auto action = recover_action({.journal = std::nullopt,
                                            .current = current,
                                            .running = RunningVersion::other,
                                            .current_complete = complete,
                                            .attempts = 0,
                                            .transitions = 0});
        CHECK(action == (complete ? RecoveryAction::nothing : RecoveryAction::repair));
      }
    }
  }

  TEST_CASE("each row of the table has its action") {
    struct Row {
      JournalState journal;
      LinkTarget current;
      bool complete;
      RecoveryAction action;
    };
    const Row rows[] = {
        {JournalState::downloading, LinkTarget::from, true, RecoveryAction::drop},
        {JournalState::ready, LinkTarget::from, true, RecoveryAction::drop},
        {JournalState::armed, LinkTarget::from, true, RecoveryAction::drop},
        {JournalState::armed, LinkTarget::to, true, RecoveryAction::finish},
        {JournalState::armed, LinkTarget::to, false, RecoveryAction::switch_back},
        {JournalState::armed, LinkTarget::other, true, RecoveryAction::forget},
        {JournalState::armed, LinkTarget::none, false, RecoveryAction::repair},
        {JournalState::switched, LinkTarget::to, true, RecoveryAction::finish},
        {JournalState::switched, LinkTarget::to, false, RecoveryAction::switch_back},
        {JournalState::switched, LinkTarget::from, true, RecoveryAction::note_external},
        {JournalState::switched, LinkTarget::other, true, RecoveryAction::forget},
        {JournalState::switched, LinkTarget::other, false, RecoveryAction::repair},
        {JournalState::probation, LinkTarget::to, true, RecoveryAction::finish},
        {JournalState::probation, LinkTarget::from, true, RecoveryAction::note_external},
        {JournalState::committed, LinkTarget::to, true, RecoveryAction::clean_up},
        {JournalState::rolling_back, LinkTarget::to, true, RecoveryAction::switch_back},
        {JournalState::rolling_back, LinkTarget::from, true, RecoveryAction::switch_back},
        {JournalState::rolled_back, LinkTarget::from, true, RecoveryAction::clean_up},
        {JournalState::blocked, LinkTarget::from, true, RecoveryAction::stop},
    };
    for (const Row& row : rows) {
      CAPTURE(agent::journal_state_name(row.journal));
      CHECK(recover_action({.journal = row.journal,
                            .current = row.current,
                            .running = RunningVersion::other,
                            .current_complete = row.complete,
                            .attempts = 0,
                            .transitions = 0}) == row.action);
    }
  }

  TEST_CASE("every combination keeps what must never break") {
    for (const JournalState journal : kStates) {
      for (const LinkTarget current : kTargets) {
        for (const RunningVersion running : kRunning) {
          for (const bool complete : {false, true}) {
            for (std::uint64_t attempts = 0; attempts <= agent::kMaxRollbackAttempts; ++attempts) {
              const RecoveryAction action = recover_action({.journal = journal,
                                                            .current = current,
                                                            .running = running,
                                                            .current_complete = complete,
                                                            .attempts = attempts,
                                                            .transitions = 1});
              CAPTURE(agent::journal_state_name(journal));
              // Something is always done: a journal never stays.
              CHECK(action != RecoveryAction::nothing);
              // What is not complete never becomes the outcome.
              if (action == RecoveryAction::finish) {
                CHECK(complete);
                CHECK(current == LinkTarget::to);
              }
              // Before the switch nothing is switched.
              if (before_the_switch(journal)) {
                CHECK(action == RecoveryAction::drop);
              }
              // A rollback ends.
              if (journal == JournalState::rolling_back &&
                  attempts >= agent::kMaxRollbackAttempts) {
                CHECK(action == RecoveryAction::stop);
              }
            }
          }
        }
      }
    }
  }

  TEST_CASE("a journal that turned in circles is stopped in every state") {
    for (const JournalState journal : kStates) {
      CHECK(recover_action({.journal = journal,
                            .current = LinkTarget::to,
                            .running = RunningVersion::to,
                            .current_complete = true,
                            .attempts = 0,
                            .transitions = agent::kMaxTransitions + 1}) == RecoveryAction::stop);
    }
  }
}
