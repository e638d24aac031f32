#include "releaser/pointers/journal.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;
constexpr std::size_t kMaxJournalBytes = 16UL * 1024 * 1024;
constexpr std::size_t kMostEntries = 200;
constexpr std::uint64_t kJournalSchema = 1;

json::Array read_entries(const base::Path& file) {
  const auto text = base::read_file_if_exists(file, kMaxJournalBytes);
  if (!text) return {};
  const json::Value value = json::parse(*text, {.max_bytes = kMaxJournalBytes}, Errc::config);
  const json::ObjectReader root(value, "", Errc::config);
  if (root.number("schema") != kJournalSchema) root.fail("schema", "is another one");
  json::Array entries;
  for (const json::ObjectReader& entry : root.objects("commands")) {
    json::Object kept;
    for (const auto& [name, member] : entry.members())
      kept.emplace_back(name, member);
    entries.emplace_back(std::move(kept));
  }
  return entries;
}

json::Object entry_of(const Run& run, const PointerMove& move) {
  json::Array changes(move.words.begin(), move.words.end());
  json::Array actions;
  actions.reserve(run.actions.size());
  for (const Action& action : run.actions)
    actions.emplace_back(json::Object{{"action", action.what}, {"destination", action.where}});
  json::Array failures;
  failures.reserve(run.failures.size());
  for (const DestinationFailure& failure : run.failures)
    failures.emplace_back(failure.problem);
  return {{"at", base::format_time(run.around.now)},
          {"command", move.command},
          {"changes", std::move(changes)},
          {"actions", std::move(actions)},
          {"failures", std::move(failures)}};
}

}  // namespace

void write_journal(const Run& run, const PointerMove& move) {
  const base::Path file = run.folder / "journal.json";
  try {
    json::Array entries = read_entries(file);
    entries.emplace_back(entry_of(run, move));
    if (entries.size() > kMostEntries) entries.erase(entries.begin());
    write_if_changed(
        file,
        json::write(json::Object{{"schema", kJournalSchema}, {"commands", std::move(entries)}},
                    json::Style::pretty),
        0644, base::Durability::flushed);
  } catch (const Error& error) {
    run.around.messages.warn(
        cat("what was done is public, and the journal could not be written: ", error.what()));
  }
}

}  // namespace releaser
