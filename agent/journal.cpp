#include "agent/journal.hpp"

#include "agent/state_file.hpp"

namespace agent {
namespace {

using base::json::ObjectReader;

constexpr KindNames<JournalState, 12> kJournalStates{{
    {JournalState::downloading, "DOWNLOADING"},
    {JournalState::verified, "VERIFIED"},
    {JournalState::staged, "STAGED"},
    {JournalState::ready, "READY"},
    {JournalState::armed, "ARMED"},
    {JournalState::switched, "SWITCHED"},
    {JournalState::probation, "PROBATION"},
    {JournalState::committed, "COMMITTED"},
    {JournalState::rolling_back, "ROLLING_BACK"},
    {JournalState::rolled_back, "ROLLED_BACK"},
    {JournalState::blocked, "BLOCKED"},
    {JournalState::removing, "REMOVING"},
}};

constexpr KindNames<Operation, 5> kOperations{{
    {Operation::install, "install"},
    {Operation::update, "update"},
    {Operation::rollback, "rollback"},
    {Operation::repair, "repair"},
    {Operation::uninstall, "uninstall"},
}};

constexpr KindNames<JudgedBy, 2> kJudges{{
    {JudgedBy::probe, "probe"},
    {JudgedBy::service, "service"},
}};

Probation read_probation(const ObjectReader& object) {
  return {.boots = object.number("boots"),
          .started_boot_id = object.text("started_boot_id"),
          .clean_shutdown = object.boolean("clean_shutdown", false),
          .deadline = std::chrono::milliseconds(object.number("deadline_boottime_ms"))};
}

base::json::Value probation_value(const std::optional<Probation>& probation) {
  if (!probation) {
    return {};
  }
  return base::json::Object{
      {"boots", probation->boots},
      {"started_boot_id", probation->started_boot_id},
      {"clean_shutdown", probation->clean_shutdown},
      {"deadline_boottime_ms", static_cast<std::uint64_t>(probation->deadline.count())}};
}

Journal parse_journal(const ObjectReader& object) {
  Journal journal{.id = object.text("id"),
                  .operation = read_kind(object, "operation", kOperations),
                  .state = read_kind(object, "state", kJournalStates),
                  .from = read_optional_version(object, "from"),
                  .to = read_version(object, "to"),
                  .sha256 = read_digest(object, "sha256"),
                  .attempts = object.number("attempts"),
                  .transitions = object.number("transitions"),
                  .hold = object.boolean("hold", false),
                  .purge = object.boolean("purge", false),
                  .judge = JudgedBy::probe,
                  .probation = std::nullopt,
                  .reason = base::safe_text(object.optional_text("reason").value_or("")),
                  .started = read_time(object, "started"),
                  .blocked_since = std::nullopt};
  if (object.find("blocked_since") != nullptr) {
    journal.blocked_since = read_time(object, "blocked_since");
  }
  if (object.find("judge") != nullptr) {
    journal.judge = read_kind(object, "judge", kJudges);
  }
  if (const auto probation = object.optional_object("probation")) {
    journal.probation = read_probation(*probation);
  }
  return journal;
}

}  // namespace

std::string_view journal_state_name(JournalState state) { return name_of(kJournalStates, state); }
std::string_view operation_name(Operation operation) { return name_of(kOperations, operation); }
std::string_view judged_by_name(JudgedBy judge) { return name_of(kJudges, judge); }

std::optional<Journal> read_journal(const Layout& layout) {
  return read_state(layout, kJournalFile, parse_journal);
}

void write_journal(const Layout& layout, const Journal& journal) {
  write_state(
      layout, kJournalFile,
      {{"id", journal.id},
       {"operation", operation_name(journal.operation)},
       {"state", journal_state_name(journal.state)},
       {"from", journal.from ? base::json::Value(journal.from->text()) : base::json::Value()},
       {"to", journal.to.text()},
       {"sha256", journal.sha256.hex()},
       {"attempts", journal.attempts},
       {"transitions", journal.transitions},
       {"hold", journal.hold},
       {"purge", journal.purge},
       {"judge", judged_by_name(journal.judge)},
       {"probation", probation_value(journal.probation)},
       {"reason", journal.reason},
       {"started", base::format_time(journal.started)},
       {"blocked_since", journal.blocked_since
                             ? base::json::Value(base::format_time(*journal.blocked_since))
                             : base::json::Value()}});
}

void remove_journal(const Layout& layout) { remove_state(layout, kJournalFile); }

void enter_state(const Layout& layout, Journal& journal, JournalState state) {
  journal.state = state;
  journal.attempts = 0;
  ++journal.transitions;
  write_journal(layout, journal);
}

}  // namespace agent
