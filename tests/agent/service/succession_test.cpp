#include "agent/service/succession.hpp"

#include <doctest/doctest.h>

#include <array>

namespace {

using agent::JournalState;
using agent::Succession;
using agent::SuccessionFacts;
using Successor = SuccessionFacts::Successor;
using schema::Version;

const Version kOld = Version::parse("1.0.0");
const Version kNew = Version::parse("1.1.0");
const Version kOther = Version::parse("0.9.0");

agent::Journal journal_in(JournalState state) {
  return {.id = {},
          .state = state,
          .from = kOld,
          .to = kNew,
          .sha256 = {},
          .probation = {},
          .reason = {},
          .blocked_since = {}};
}

// The old service during the probation of the new version, with a judge.
SuccessionFacts old_one() {
  SuccessionFacts facts;
  facts.own = kOld;
  facts.current = kNew;
  facts.journal = journal_in(JournalState::probation);
  facts.judge_is_there = true;
  facts.from_is_complete = true;
  return facts;
}

SuccessionFacts with_successor(SuccessionFacts facts, Successor successor,
                               std::uint64_t ended = 0) {
  facts.successor = successor;
  facts.successor_version = kNew;
  facts.successor_ended = ended;
  return facts;
}

}  // namespace

TEST_SUITE("agent/service/succession") {
  TEST_CASE("the old version starts the new one, waits, and stands in when it ended three times") {
    CHECK(decide_succession(old_one()) == Succession::start_successor);
    CHECK(decide_succession(with_successor(old_one(), Successor::running)) == Succession::wait);
    CHECK(decide_succession(with_successor(old_one(), Successor::ended, 1)) ==
          Succession::start_successor);
    CHECK(decide_succession(with_successor(old_one(), Successor::ended, 2)) ==
          Succession::start_successor);
    CHECK(decide_succession(with_successor(old_one(), Successor::ended, 3)) ==
          Succession::stand_in);
  }

  TEST_CASE("it retires when the new one was committed, and takes back when it was not") {
    SuccessionFacts committed = with_successor(old_one(), Successor::running);
    committed.journal = std::nullopt;
    CHECK(decide_succession(committed) == Succession::retire);
    SuccessionFacts late = committed;
    late.journal = journal_in(JournalState::committed);
    CHECK(decide_succession(late) == Succession::retire);
    SuccessionFacts back = committed;
    back.current = kOld;
    CHECK(decide_succession(back) == Succession::take_back);
    SuccessionFacts going_back = with_successor(old_one(), Successor::running);
    going_back.journal = journal_in(JournalState::rolling_back);
    CHECK(decide_succession(going_back) == Succession::take_back);
    SuccessionFacts superseded = committed;
    superseded.current = kOther;
    CHECK(decide_succession(superseded) == Succession::take_back);
  }

  TEST_CASE("where the judge was killed, the old version starts another") {
    SuccessionFacts facts = with_successor(old_one(), Successor::running);
    facts.judge_is_there = false;
    CHECK(decide_succession(facts) == Succession::start_judge);
    facts.successor = Successor::none;
    CHECK(decide_succession(facts) == Succession::start_judge);
  }

  TEST_CASE("the new version serves while somebody watches or judges, else the kept one must") {
    SuccessionFacts facts = old_one();
    facts.own = kNew;
    facts.is_watched_over = true;
    CHECK(decide_succession(facts) == Succession::serve);
    facts.judge_is_there = false;
    CHECK(decide_succession(facts) == Succession::serve);
    facts.is_watched_over = false;
    CHECK(decide_succession(facts) == Succession::become_from);
    facts.judge_is_there = true;
    CHECK(decide_succession(facts) == Succession::serve);
    facts.judge_is_there = false;
    facts.from_is_complete = false;
    CHECK(decide_succession(facts) == Succession::serve);
  }

  TEST_CASE("without a journal, a service becomes the version that is in place") {
    SuccessionFacts facts;
    facts.own = kOld;
    facts.current = kOld;
    CHECK(decide_succession(facts) == Succession::serve);
    facts.current = kNew;
    CHECK(decide_succession(facts) == Succession::become_current);
    facts.current = std::nullopt;
    CHECK(decide_succession(facts) == Succession::serve);
    facts.current = kNew;
    facts.own = std::nullopt;
    CHECK(decide_succession(facts) == Succession::serve);
  }

  TEST_CASE("what an update that was killed left behind is settled") {
    for (const JournalState state : {JournalState::downloading, JournalState::armed,
                                     JournalState::switched, JournalState::rolling_back}) {
      SuccessionFacts facts = old_one();
      facts.journal = journal_in(state);
      CHECK(decide_succession(facts) == Succession::serve);
      facts.judge_is_there = false;
      CHECK(decide_succession(facts) == Succession::start_judge);
    }
  }

  TEST_CASE("in every situation: two never serve, and nobody becomes another while one watches") {
    constexpr std::array kStates{JournalState::downloading, JournalState::armed,
                                 JournalState::switched,    JournalState::probation,
                                 JournalState::committed,   JournalState::rolling_back,
                                 JournalState::rolled_back, JournalState::blocked};
    int situations = 0;
    for (unsigned bits = 0; bits < 16; ++bits) {
      for (std::size_t state = 0; state <= kStates.size(); ++state) {
        for (const auto& current : {kOld, kNew, kOther}) {
          for (const auto& own : {kOld, kNew, kOther}) {
            for (const auto successor : {Successor::none, Successor::running, Successor::ended}) {
              SuccessionFacts facts;
              facts.own = own;
              facts.current = current;
              if (state < kStates.size()) facts.journal = journal_in(kStates.at(state));
              facts.judge_is_there = (bits & 1U) != 0;
              facts.is_watched_over = (bits & 2U) != 0;
              facts.from_is_complete = (bits & 4U) != 0;
              facts = with_successor(facts, successor, (bits & 8U) != 0 ? 3 : 1);
              const Succession next = decide_succession(facts);
              ++situations;
              if (successor == Successor::running) {
                CHECK(next != Succession::start_successor);
                CHECK(next != Succession::become_current);
                CHECK(next != Succession::stand_in);
              } else {
                CHECK(next != Succession::retire);
                CHECK(next != Succession::take_back);
                CHECK(next != Succession::wait);
              }
              if (facts.is_watched_over) CHECK(next == Succession::serve);
              if (next == Succession::become_current) CHECK(current != own);
              if (next == Succession::become_from) {
                CHECK(own == kNew);
                CHECK(!facts.is_watched_over);
                CHECK(!facts.judge_is_there);
                CHECK(facts.from_is_complete);
              }
              if (next == Succession::start_judge) CHECK(!facts.judge_is_there);
            }
          }
        }
      }
    }
    CHECK(situations == 16 * 9 * 3 * 3 * 3);
  }
}
