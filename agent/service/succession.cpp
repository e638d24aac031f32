#include "agent/service/succession.hpp"

namespace agent {
namespace {

using Successor = SuccessionFacts::Successor;

bool is_on_probation(const SuccessionFacts& facts) {
  return facts.journal && facts.journal->state == JournalState::probation &&
         facts.current == facts.journal->to;
}

Succession old_version_during_probation(const SuccessionFacts& facts) {
  if (!facts.judge_is_there) {
    return Succession::start_judge;
  }
  if (facts.successor == Successor::running) {
    return Succession::wait;
  }
  return facts.successor_ended < kMaxSuccessorEnds ? Succession::start_successor
                                                   : Succession::stand_in;
}

Succession new_version_during_probation(const SuccessionFacts& facts) {
  return facts.judge_is_there || !facts.from_is_complete ? Succession::serve
                                                         : Succession::become_from;
}

bool is_going_back(const SuccessionFacts& facts) {
  return facts.journal && (facts.journal->state == JournalState::rolling_back ||
                           facts.journal->state == JournalState::rolled_back);
}

Succession with_successor(const SuccessionFacts& facts) {
  if (is_going_back(facts) || facts.current != facts.successor_version) {
    return Succession::take_back;
  }
  return Succession::retire;
}

}  // namespace

Succession decide_succession(const SuccessionFacts& facts) {
  // Who started this looks after all of it.
  if (!facts.own || facts.is_watched_over) {
    return Succession::serve;
  }
  if (is_on_probation(facts) && facts.own == facts.journal->from) {
    return old_version_during_probation(facts);
  }
  if (is_on_probation(facts) && facts.own == facts.journal->to) {
    return new_version_during_probation(facts);
  }
  if (facts.successor == Successor::running) {
    return with_successor(facts);
  }
  if (facts.journal) {
    return facts.judge_is_there ? Succession::serve : Succession::start_judge;
  }
  return facts.current && facts.current != facts.own ? Succession::become_current
                                                     : Succession::serve;
}

}  // namespace agent
