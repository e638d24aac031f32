#include "agent/recovery.hpp"

namespace agent {
namespace {

RecoveryAction after_arming(const RecoveryFacts& facts, RecoveryAction where_still_old) {
  switch (facts.current) {
    case LinkTarget::from:
      return where_still_old;
    case LinkTarget::to:
      return facts.current_complete ? RecoveryAction::finish : RecoveryAction::switch_back;
    case LinkTarget::other:
      return facts.current_complete ? RecoveryAction::forget : RecoveryAction::repair;
    case LinkTarget::none:
      break;
  }
  return RecoveryAction::repair;
}

}  // namespace

RecoveryAction recover_action(const RecoveryFacts& facts) {
  if (!facts.journal) {
    return facts.current_complete ? RecoveryAction::nothing : RecoveryAction::repair;
  }
  if (facts.transitions > kMaxTransitions) {
    return RecoveryAction::stop;
  }
  switch (*facts.journal) {
    case JournalState::downloading:
    case JournalState::verified:
    case JournalState::staged:
    case JournalState::ready:
      return RecoveryAction::drop;
    case JournalState::armed:
      return after_arming(facts, RecoveryAction::drop);
    case JournalState::switched:
    case JournalState::probation:
      return after_arming(facts, RecoveryAction::note_external);
    case JournalState::rolling_back:
      return facts.attempts < kMaxRollbackAttempts ? RecoveryAction::switch_back
                                                   : RecoveryAction::stop;
    case JournalState::committed:
    case JournalState::rolled_back:
      return RecoveryAction::clean_up;
    case JournalState::blocked:
      break;
  }
  return RecoveryAction::stop;
}

}  // namespace agent
