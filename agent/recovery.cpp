#include "agent/recovery.hpp"

namespace agent {
namespace {

// The link points at `to`, which is whole.
RecoveryAction after_switch(const RecoveryFacts& facts) {
  const bool is_first_look = facts.journal != JournalState::probation;
  if (facts.judge == JudgedBy::probe || facts.role == Role::command) {
    if (!is_first_look && facts.running == RunningVersion::other) {
      return RecoveryAction::forget;
    }
    // Whatever cut it off so often may be the new version itself.
    const bool is_hopeless =
        facts.attempts >= kMaxFinishAttempts || (!is_first_look && facts.boots >= kMaxBoots);
    return is_hopeless ? RecoveryAction::switch_back : RecoveryAction::finish;
  }
  switch (facts.running) {
    case RunningVersion::from:
      return RecoveryAction::request_restart;
    case RunningVersion::other:
      return RecoveryAction::forget;
    case RunningVersion::to:
      break;
  }
  if (is_first_look) {
    return RecoveryAction::start_probation;
  }
  if (!facts.last_boot_crashed) {
    return RecoveryAction::go_on;
  }
  return facts.boots + 1 >= kMaxBoots ? RecoveryAction::switch_back : RecoveryAction::count_boot;
}

// From ARMED to PROBATION.
RecoveryAction around_switch(const RecoveryFacts& facts) {
  switch (facts.current) {
    case LinkTarget::from:
      return facts.journal == JournalState::armed ? RecoveryAction::drop
                                                  : RecoveryAction::note_external;
    case LinkTarget::to:
      return facts.current_complete ? after_switch(facts) : RecoveryAction::switch_back;
    case LinkTarget::other:
      return facts.current_complete ? RecoveryAction::forget : RecoveryAction::repair;
    case LinkTarget::none:
      break;
  }
  return RecoveryAction::repair;
}

RecoveryAction while_blocked(const RecoveryFacts& facts) {
  return facts.blocked_long_enough || facts.insistence == Insistence::of_a_person
             ? RecoveryAction::start_over
             : RecoveryAction::stay_blocked;
}

bool is_settled(JournalState state) {
  return state == JournalState::committed || state == JournalState::rolled_back ||
         state == JournalState::blocked || state == JournalState::removing;
}

}  // namespace

std::string_view recovery_action_name(RecoveryAction action) {
  switch (action) {
    case RecoveryAction::nothing:
      return "nothing";
    case RecoveryAction::drop:
      return "drop";
    case RecoveryAction::finish:
      return "finish";
    case RecoveryAction::start_probation:
      return "start_probation";
    case RecoveryAction::count_boot:
      return "count_boot";
    case RecoveryAction::go_on:
      return "go_on";
    case RecoveryAction::request_restart:
      return "request_restart";
    case RecoveryAction::switch_back:
      return "switch_back";
    case RecoveryAction::note_external:
      return "note_external";
    case RecoveryAction::forget:
      return "forget";
    case RecoveryAction::clean_up:
      return "clean_up";
    case RecoveryAction::repair:
      return "repair";
    case RecoveryAction::stop:
      return "stop";
    case RecoveryAction::stay_blocked:
      return "stay_blocked";
    case RecoveryAction::start_over:
      return "start_over";
    case RecoveryAction::finish_removal:
      return "finish_removal";
  }
  return "";
}

RecoveryAction recover_action(const RecoveryFacts& facts) {
  if (!facts.journal) {
    return facts.current_complete ? RecoveryAction::nothing : RecoveryAction::repair;
  }
  if (facts.transitions > kMaxTransitions && !is_settled(*facts.journal)) {
    return RecoveryAction::stop;
  }
  switch (*facts.journal) {
    case JournalState::downloading:
    case JournalState::verified:
    case JournalState::staged:
    case JournalState::ready:
      return RecoveryAction::drop;
    case JournalState::armed:
    case JournalState::switched:
    case JournalState::probation:
      return around_switch(facts);
    case JournalState::rolling_back:
      return facts.attempts < kMaxRollbackAttempts ? RecoveryAction::switch_back
                                                   : RecoveryAction::stop;
    case JournalState::committed:
    case JournalState::rolled_back:
      return RecoveryAction::clean_up;
    case JournalState::blocked:
      return while_blocked(facts);
    case JournalState::removing:
      break;
  }
  return RecoveryAction::finish_removal;
}

}  // namespace agent
