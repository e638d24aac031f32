#include "agent/recovery.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <vector>

using agent::Insistence;
using agent::JournalState;
using agent::JudgedBy;
using agent::LinkTarget;
using agent::recover_action;
using agent::RecoveryAction;
using agent::RecoveryFacts;
using agent::Role;
using agent::RunningVersion;

namespace {

constexpr std::array kStates{
    JournalState::downloading, JournalState::verified,  JournalState::staged,
    JournalState::ready,       JournalState::armed,     JournalState::switched,
    JournalState::probation,   JournalState::committed, JournalState::rolling_back,
    JournalState::rolled_back, JournalState::blocked,   JournalState::removing,
};
constexpr std::array kTargets{LinkTarget::from, LinkTarget::to, LinkTarget::other,
                              LinkTarget::none};
constexpr std::array kRunning{RunningVersion::from, RunningVersion::to, RunningVersion::other};

using Check = std::function<bool(const RecoveryFacts&)>;

// A row of the table; a fact that it leaves out may be anything.
struct RecoveryRow {
  std::string name;
  std::vector<JournalState> journal;  // empty: none
  std::vector<LinkTarget> current;    // empty: any
  std::optional<bool> complete;
  Check when;  // empty: always
  RecoveryAction action;
};

bool is_by_probe(const RecoveryFacts& facts) {
  return facts.judge == JudgedBy::probe || facts.role == Role::command;
}
bool is_superseded(const RecoveryFacts& facts) {
  return facts.running == RunningVersion::other && facts.journal == JournalState::probation;
}
bool is_hopeless(const RecoveryFacts& facts) {
  return facts.attempts >= 3 || (facts.journal == JournalState::probation && facts.boots >= 3);
}
bool turns_in_circles(const RecoveryFacts& facts) { return facts.transitions > 32; }
// By the service itself, in the new version.
bool is_new_service(const RecoveryFacts& facts) {
  return !is_by_probe(facts) && facts.running == RunningVersion::to;
}

const std::vector kBeforeSwitch{JournalState::downloading, JournalState::verified,
                                JournalState::staged, JournalState::ready};
const std::vector kAfterSwitch{JournalState::switched, JournalState::probation};
const std::vector kAroundSwitch{JournalState::armed, JournalState::switched,
                                JournalState::probation};
const std::vector kUnsettled{JournalState::downloading, JournalState::verified,
                             JournalState::staged,      JournalState::ready,
                             JournalState::armed,       JournalState::switched,
                             JournalState::probation,   JournalState::rolling_back};

Check steady(const Check& check) {
  return [check](const RecoveryFacts& facts) {
    return !turns_in_circles(facts) && (!check || check(facts));
  };
}

// facts/agent-recovery.md 6.3, with what it leaves open.
const std::vector<RecoveryRow> kTable{
    {"no journal, current ok: go", {}, {}, true, {}, RecoveryAction::nothing},
    {"no journal, current dangling or damaged", {}, {}, false, {}, RecoveryAction::repair},
    {"breaker", kUnsettled, {}, {}, turns_in_circles, RecoveryAction::stop},
    {"nothing happened yet", kBeforeSwitch, {}, {}, steady({}), RecoveryAction::drop},
    {"armed, not switched",
     {JournalState::armed},
     {LinkTarget::from},
     {},
     steady({}),
     RecoveryAction::drop},
    {"somebody went back",
     kAfterSwitch,
     {LinkTarget::from},
     {},
     steady({}),
     RecoveryAction::note_external},
    {"something else is current",
     kAroundSwitch,
     {LinkTarget::other},
     true,
     steady({}),
     RecoveryAction::forget},
    {"something else, and damaged",
     kAroundSwitch,
     {LinkTarget::other},
     false,
     steady({}),
     RecoveryAction::repair},
    {"the link is gone", kAroundSwitch, {LinkTarget::none}, {}, steady({}), RecoveryAction::repair},
    {"switched to what is damaged",
     kAroundSwitch,
     {LinkTarget::to},
     false,
     steady({}),
     RecoveryAction::switch_back},
    {"switched, judged by probe",
     kAroundSwitch,
     {LinkTarget::to},
     true,
     steady([](const RecoveryFacts& f) {
       return is_by_probe(f) && !is_superseded(f) && !is_hopeless(f);
     }),
     RecoveryAction::finish},
    {"its judgement never ends",
     kAroundSwitch,
     {LinkTarget::to},
     true,
     steady([](const RecoveryFacts& f) {
       return is_by_probe(f) && !is_superseded(f) && is_hopeless(f);
     }),
     RecoveryAction::switch_back},
    {"probation, another version runs",
     {JournalState::probation},
     {LinkTarget::to},
     true,
     steady([](const RecoveryFacts& f) { return is_by_probe(f) && is_superseded(f); }),
     RecoveryAction::forget},
    {"a service of another version",
     kAroundSwitch,
     {LinkTarget::to},
     true,
     steady([](const RecoveryFacts& f) {
       return !is_by_probe(f) && f.running == RunningVersion::other;
     }),
     RecoveryAction::forget},
    {"the old service is still running",
     kAroundSwitch,
     {LinkTarget::to},
     true,
     steady([](const RecoveryFacts& f) {
       return !is_by_probe(f) && f.running == RunningVersion::from;
     }),
     RecoveryAction::request_restart},
    {"the new service starts",
     {JournalState::armed, JournalState::switched},
     {LinkTarget::to},
     true,
     steady(is_new_service),
     RecoveryAction::start_probation},
    {"it starts again after a clean end, or a new start of the system",
     {JournalState::probation},
     {LinkTarget::to},
     true,
     steady([](const RecoveryFacts& f) { return is_new_service(f) && !f.last_boot_crashed; }),
     RecoveryAction::go_on},
    {"it starts again after a crash",
     {JournalState::probation},
     {LinkTarget::to},
     true,
     steady([](const RecoveryFacts& f) {
       return is_new_service(f) && f.last_boot_crashed && f.boots < 2;
     }),
     RecoveryAction::count_boot},
    {"the third crash",
     {JournalState::probation},
     {LinkTarget::to},
     true,
     steady([](const RecoveryFacts& f) {
       return is_new_service(f) && f.last_boot_crashed && f.boots >= 2;
     }),
     RecoveryAction::switch_back},
    {"going back again",
     {JournalState::rolling_back},
     {},
     {},
     steady([](const RecoveryFacts& f) { return f.attempts < 3; }),
     RecoveryAction::switch_back},
    {"going back failed three times",
     {JournalState::rolling_back},
     {},
     {},
     steady([](const RecoveryFacts& f) { return f.attempts >= 3; }),
     RecoveryAction::stop},
    {"the outcome is durable",
     {JournalState::committed, JournalState::rolled_back},
     {},
     {},
     {},
     RecoveryAction::clean_up},
    {"blocked",
     {JournalState::blocked},
     {},
     {},
     [](const RecoveryFacts& f) {
       return !f.blocked_long_enough && f.insistence == Insistence::none;
     },
     RecoveryAction::stay_blocked},
    {"blocked for a day, or a person insists",
     {JournalState::blocked},
     {},
     {},
     [](const RecoveryFacts& f) {
       return f.blocked_long_enough || f.insistence == Insistence::of_a_person;
     },
     RecoveryAction::start_over},
    {"uninstall", {JournalState::removing}, {}, {}, {}, RecoveryAction::finish_removal},
};

bool matches(const RecoveryRow& row, const RecoveryFacts& facts) {
  const bool journal = facts.journal ? std::find(row.journal.begin(), row.journal.end(),
                                                 *facts.journal) != row.journal.end()
                                     : row.journal.empty();
  const bool current = row.current.empty() || std::find(row.current.begin(), row.current.end(),
                                                        facts.current) != row.current.end();
  return journal && current && (!row.complete || *row.complete == facts.current_complete) &&
         (!row.when || row.when(facts));
}

template <class Use>
void for_each_count(const RecoveryFacts& facts, const Use& use) {
  for (const std::uint64_t attempts : {0U, 2U, 3U, 4U}) {
    for (const std::uint64_t transitions : {1U, 32U, 33U}) {
      for (const std::uint64_t boots : {0U, 1U, 2U, 3U}) {
        RecoveryFacts each = facts;
        each.attempts = attempts;
        each.transitions = transitions;
        each.boots = boots;
        use(each);
      }
    }
  }
}

// Every combination of what the table is keyed on.
template <class Use>
void for_each_combination(const Use& use) {
  std::vector<std::optional<JournalState>> journals(kStates.begin(), kStates.end());
  journals.emplace_back();
  for (const auto& journal : journals) {
    for (const LinkTarget current : kTargets) {
      for (const RunningVersion running : kRunning) {
        // complete, service, judged by service, crashed, blocked long enough, insisted
        for (unsigned bits = 0; bits < 64; ++bits) {
          const auto bit = [bits](unsigned number) { return ((bits >> number) & 1U) != 0; };
          RecoveryFacts facts;
          facts.journal = journal;
          facts.current = current;
          facts.running = running;
          facts.current_complete = bit(0);
          facts.role = bit(1) ? Role::service : Role::command;
          facts.judge = bit(2) ? JudgedBy::service : JudgedBy::probe;
          facts.last_boot_crashed = bit(3);
          facts.blocked_long_enough = bit(4);
          facts.insistence = bit(5) ? Insistence::of_a_person : Insistence::none;
          for_each_count(facts, use);
        }
      }
    }
  }
}

std::string describe(const RecoveryFacts& f) {
  std::string text = f.journal ? std::string(agent::journal_state_name(*f.journal)) : "none";
  for (const auto& [name, value] :
       {std::pair<const char*, std::uint64_t>{" current ", static_cast<std::uint64_t>(f.current)},
        {" running ", static_cast<std::uint64_t>(f.running)},
        {" complete ", f.current_complete ? 1 : 0},
        {" attempts ", f.attempts},
        {" transitions ", f.transitions},
        {" service ", f.role == Role::service ? 1 : 0},
        {" judged by service ", f.judge == JudgedBy::service ? 1 : 0},
        {" boots ", f.boots},
        {" crashed ", f.last_boot_crashed ? 1 : 0}}) {
    text += name + std::to_string(value);
  }
  return text;
}

}  // namespace

TEST_SUITE("agent/recovery") {
  TEST_CASE("every combination has exactly one row of the table, and its action") {
    std::vector<std::size_t> used(kTable.size(), 0);
    std::size_t combinations = 0;
    std::vector<std::string> wrong;
    for_each_combination([&](const RecoveryFacts& facts) {
      ++combinations;
      std::size_t rows = 0;
      for (std::size_t index = 0; index < kTable.size(); ++index) {
        if (!matches(kTable[index], facts)) continue;
        ++rows;
        ++used[index];
        if (recover_action(facts) != kTable[index].action) {
          wrong.push_back(describe(facts) + ": " + kTable[index].name + ", but " +
                          std::string(agent::recovery_action_name(recover_action(facts))));
        }
      }
      if (rows != 1) wrong.push_back(describe(facts) + ": " + std::to_string(rows) + " rows");
    });
    CHECK(combinations == 13UL * 4 * 3 * 64 * 48);
    if (!wrong.empty()) {
      FAIL_CHECK(wrong.size() << " combinations are wrong, such as " << wrong.front());
    }
    for (std::size_t index = 0; index < kTable.size(); ++index) {
      CAPTURE(kTable[index].name);
      CHECK(used[index] > 0);
    }
  }

  TEST_CASE("what must never happen does not happen in any combination") {
    std::vector<std::string> wrong;
    for_each_combination([&](const RecoveryFacts& facts) {
      const RecoveryAction action = recover_action(facts);
      const bool makes_it_stay =
          action == RecoveryAction::finish || action == RecoveryAction::start_probation ||
          action == RecoveryAction::count_boot || action == RecoveryAction::go_on ||
          action == RecoveryAction::request_restart;
      // What is not whole never becomes the outcome, and nothing but `to` does.
      const bool good =
          !makes_it_stay || (facts.current_complete && facts.current == LinkTarget::to);
      // A journal is always settled, except where nothing was under way.
      const bool settled = action != RecoveryAction::nothing || !facts.journal;
      // A command never leaves anything to a service.
      const bool by_itself =
          facts.role == Role::service || !makes_it_stay || action == RecoveryAction::finish;
      if (!good || !settled || !by_itself) wrong.push_back(describe(facts));
    });
    CHECK(wrong.empty());
  }
}
