#include "agent/state.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace agent {
namespace {

using base::json::Array;
using base::json::Object;
using base::json::ObjectReader;
using base::json::Value;

constexpr std::uint64_t kStateSchema = 1;
constexpr std::size_t kMaxStateBytes = std::size_t{256} * 1024;
constexpr std::size_t kInstallIdDigits = 32;

constexpr std::string_view kReceipt = "receipt.json";
constexpr std::string_view kJournal = "journal.json";
constexpr std::string_view kBlocklist = "blocklist.json";
constexpr std::string_view kHold = "hold.json";
constexpr std::string_view kInstallId = "install_id";

constexpr std::array<std::pair<JournalState, std::string_view>, 11> kJournalStates{{
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
}};

constexpr std::array<std::pair<Operation, std::string_view>, 3> kOperations{{
    {Operation::install, "install"},
    {Operation::update, "update"},
    {Operation::rollback, "rollback"},
}};

template <class Kind, std::size_t Count>
std::string_view name_of(const std::array<std::pair<Kind, std::string_view>, Count>& names,
                         Kind kind) {
  return std::find_if(names.begin(), names.end(),
                      [&](const auto& row) { return row.first == kind; })
      ->second;
}

template <class Kind, std::size_t Count>
Kind read_kind(const ObjectReader& object, std::string_view name,
               const std::array<std::pair<Kind, std::string_view>, Count>& names) {
  const std::string text = object.text(name);
  const auto row = std::find_if(names.begin(), names.end(),
                                [&](const auto& each) { return each.second == text; });
  if (row == names.end()) {
    object.fail(name, "is none that this program knows");
  }
  return row->first;
}

schema::Version read_version(const ObjectReader& object, std::string_view name) {
  const auto version = schema::Version::try_parse(object.text(name));
  if (!version) {
    object.fail(name, "is not a version");
  }
  return *version;
}

std::optional<schema::Version> read_optional_version(const ObjectReader& object,
                                                     std::string_view name) {
  return object.find(name) != nullptr ? std::optional(read_version(object, name)) : std::nullopt;
}

trust::Sha256 read_digest(const ObjectReader& object, std::string_view name) {
  const auto digest = trust::Sha256::from_hex(object.text(name));
  if (!digest) {
    object.fail(name, "must be a SHA-256 in hexadecimal");
  }
  return *digest;
}

base::Time read_time(const ObjectReader& object, std::string_view name) {
  const auto time = base::parse_time(object.text(name));
  if (!time) {
    object.fail(name, "must be a time like 2026-11-20T10:00:00Z");
  }
  return *time;
}

base::Path read_absolute_path(const ObjectReader& object, std::string_view name) {
  base::Path path(object.text(name));
  if (!path.is_absolute()) {
    object.fail(name, "must be an absolute path");
  }
  return path;
}

// Nothing where the text is no JSON object with a schema number.
std::optional<std::uint64_t> schema_of(std::string_view text) {
  try {
    const Value value = base::json::parse(text, {.max_bytes = kMaxStateBytes}, base::Errc::config);
    return ObjectReader(value, "", base::Errc::config).number("schema");
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

// Runs `read` on the object of one state file; nothing where there is no file or a damaged one.
template <class Read>
auto read_state(const Layout& layout, std::string_view name, const Read& read)
    -> std::optional<decltype(read(std::declval<const ObjectReader&>()))> {
  const base::Path path = layout.state_file(name);
  const auto text = base::read_file_if_exists(path, kMaxStateBytes);
  if (!text) {
    return std::nullopt;
  }
  if (is_of_newer_schema(*text)) {
    throw base::Error(base::Errc::config,
                      base::cat(path.native(), ": written by a newer ", layout.program,
                                "; use that one, or install the newest release again"));
  }
  try {
    const Value value = base::json::parse(*text, {.max_bytes = kMaxStateBytes}, base::Errc::config);
    const ObjectReader object(value, "", base::Errc::config);
    if (object.number("schema") != kStateSchema) {
      object.fail("schema", "is not one that this program knows");
    }
    return read(object);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

// A file of a newer schema is not ours to write over.
void refuse_newer(const Layout& layout, std::string_view name) {
  const auto text = base::read_file_if_exists(layout.state_file(name), kMaxStateBytes);
  if (text && is_of_newer_schema(*text)) {
    throw base::Error(base::Errc::config,
                      base::cat(layout.state_file(name).native(), " was written by a newer ",
                                layout.program, "; it is left as it is"));
  }
}

void write_state(const Layout& layout, std::string_view name, Object object) {
  refuse_newer(layout, name);
  object.insert(object.begin(), {"schema", kStateSchema});
  base::write_file_atomically(
      layout.state_file(name),
      base::json::write(Value(std::move(object)), base::json::Style::pretty), 0644);
}

void remove_state(const Layout& layout, std::string_view name) {
  const base::Path path = layout.state_file(name);
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) {
    base::remove_if_exists(path);
    base::sync_directory(layout.state);
  }
}

Value version_or_null(const std::optional<schema::Version>& version) {
  return version ? Value(version->text()) : Value();
}

}  // namespace

bool is_of_newer_schema(std::string_view text) {
  return schema_of(text).value_or(0) > kStateSchema;
}

std::string_view journal_state_name(JournalState state) { return name_of(kJournalStates, state); }
std::string_view operation_name(Operation operation) { return name_of(kOperations, operation); }

std::optional<Receipt> read_receipt(const Layout& layout) {
  return read_state(layout, kReceipt, [](const ObjectReader& object) {
    const auto channel = schema::parse_channel(object.text("channel"));
    if (!channel) {
      object.fail("channel", "is no channel");
    }
    std::vector<PathEdit> edits;
    for (const ObjectReader& edit : object.objects("path_edits")) {
      edits.push_back({read_absolute_path(edit, "file"), edit.boolean("created", false)});
    }
    return Receipt{.product = object.text("product"),
                   .channel = *channel,
                   .bin_directory = read_absolute_path(object, "bin_directory"),
                   .links = object.texts("links"),
                   .base_urls = object.texts("base_urls"),
                   .path_edits = std::move(edits),
                   .installed_at = read_time(object, "installed_at"),
                   .version = read_version(object, "version"),
                   .archive_sha256 = read_digest(object, "archive_sha256")};
  });
}

void write_receipt(const Layout& layout, const Receipt& receipt) {
  Array edits;
  for (const PathEdit& edit : receipt.path_edits) {
    edits.emplace_back(Object{{"file", edit.file.native()}, {"created", edit.created}});
  }
  write_state(layout, kReceipt,
              {{"product", receipt.product},
               {"version", receipt.version.text()},
               {"channel", schema::channel_name(receipt.channel)},
               {"bin_directory", receipt.bin_directory.native()},
               {"links", Array(receipt.links.begin(), receipt.links.end())},
               {"base_urls", Array(receipt.base_urls.begin(), receipt.base_urls.end())},
               {"path_edits", std::move(edits)},
               {"installed_at", base::format_time(receipt.installed_at)},
               {"archive_sha256", receipt.archive_sha256.hex()}});
}

std::optional<Journal> read_journal(const Layout& layout) {
  return read_state(layout, kJournal, [](const ObjectReader& object) {
    return Journal{.id = object.text("id"),
                   .operation = read_kind(object, "operation", kOperations),
                   .state = read_kind(object, "state", kJournalStates),
                   .from = read_optional_version(object, "from"),
                   .to = read_version(object, "to"),
                   .sha256 = read_digest(object, "sha256"),
                   .attempts = object.number("attempts"),
                   .transitions = object.number("transitions"),
                   .hold = object.boolean("hold", false),
                   .started = read_time(object, "started")};
  });
}

void write_journal(const Layout& layout, const Journal& journal) {
  write_state(layout, kJournal,
              {{"id", journal.id},
               {"operation", operation_name(journal.operation)},
               {"state", journal_state_name(journal.state)},
               {"from", version_or_null(journal.from)},
               {"to", journal.to.text()},
               {"sha256", journal.sha256.hex()},
               {"attempts", journal.attempts},
               {"transitions", journal.transitions},
               {"hold", journal.hold},
               {"started", base::format_time(journal.started)}});
}

void remove_journal(const Layout& layout) { remove_state(layout, kJournal); }

namespace {

std::optional<std::vector<BlockedVersion>> try_read_blocklist(const Layout& layout) {
  return read_state(layout, kBlocklist, [](const ObjectReader& object) {
    std::vector<BlockedVersion> out;
    for (const ObjectReader& entry : object.objects("versions")) {
      out.push_back({.version = read_version(entry, "version"),
                     .sha256 = read_digest(entry, "sha256"),
                     .reason = base::safe_text(entry.text("reason")),
                     .since = read_time(entry, "since"),
                     .tries_left = entry.optional_number("tries_left").value_or(0)});
    }
    return out;
  });
}

}  // namespace

std::vector<BlockedVersion> read_blocklist(const Layout& layout) {
  auto blocked = try_read_blocklist(layout).value_or(std::vector<BlockedVersion>());
  std::erase_if(blocked, [](const BlockedVersion& each) { return each.tries_left > 0; });
  return blocked;
}

void write_blocklist(const Layout& layout, const std::vector<BlockedVersion>& blocked) {
  Array versions;
  for (const BlockedVersion& entry : blocked) {
    versions.emplace_back(Object{{"version", entry.version.text()},
                                 {"sha256", entry.sha256.hex()},
                                 {"reason", entry.reason},
                                 {"since", base::format_time(entry.since)},
                                 {"tries_left", entry.tries_left}});
  }
  write_state(layout, kBlocklist, {{"versions", std::move(versions)}});
}

bool is_blocked(const std::vector<BlockedVersion>& blocked, const schema::Version& version,
                const trust::Sha256& sha256) {
  return std::any_of(blocked.begin(), blocked.end(), [&](const BlockedVersion& each) {
    return each.version == version && each.sha256 == sha256;
  });
}

void block_version(const Layout& layout, const BlockedVersion& blocked) {
  constexpr std::size_t kMaxBlocked = 64;
  auto list = try_read_blocklist(layout).value_or(std::vector<BlockedVersion>());
  std::erase_if(list, [&](const BlockedVersion& each) {
    return each.version == blocked.version && each.sha256 == blocked.sha256;
  });
  list.push_back(blocked);
  if (list.size() > kMaxBlocked) {
    list.erase(list.begin(), list.end() - kMaxBlocked);
  }
  write_blocklist(layout, list);
}

void block_version_at_third(const Layout& layout, const BlockedVersion& hung) {
  constexpr std::uint64_t kTries = 3;
  BlockedVersion entry = hung;
  entry.tries_left = kTries - 1;
  for (const BlockedVersion& each :
       try_read_blocklist(layout).value_or(std::vector<BlockedVersion>())) {
    if (each.version == hung.version && each.sha256 == hung.sha256) {
      entry.tries_left = each.tries_left > 0 ? each.tries_left - 1 : 0;
    }
  }
  block_version(layout, entry);
}

std::optional<RollbackHold> read_rollback_hold(const Layout& layout) {
  return read_state(layout, kHold, [](const ObjectReader& object) {
    return RollbackHold{read_version(object, "left"), read_time(object, "since")};
  });
}

void write_rollback_hold(const Layout& layout, const RollbackHold& hold) {
  write_state(layout, kHold,
              {{"left", hold.left.text()}, {"since", base::format_time(hold.since)}});
}

void remove_rollback_hold(const Layout& layout) { remove_state(layout, kHold); }

std::vector<base::Path> damaged_state_files(const Layout& layout) {
  const std::pair<std::string_view, bool> read[] = {
      {kReceipt, read_receipt(layout).has_value()},
      {kJournal, read_journal(layout).has_value()},
      {kBlocklist, try_read_blocklist(layout).has_value()},
      {kHold, read_rollback_hold(layout).has_value()}};
  std::vector<base::Path> damaged;
  for (const auto& [name, is_read] : read) {
    std::error_code ignored;
    const base::Path path = layout.state_file(name);
    if (!is_read && std::filesystem::exists(path, ignored)) {
      damaged.push_back(path);
    }
  }
  return damaged;
}

std::optional<std::string> read_install_id(const Layout& layout) {
  const auto text = base::read_file_if_exists(layout.state_file(kInstallId), kMaxStateBytes);
  if (!text) {
    return std::nullopt;
  }
  const std::string_view id = base::trim(*text);
  if (id.size() != kInstallIdDigits ||
      id.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return std::nullopt;  // no id is a valid state, and ensure_install_id() makes a new one
  }
  return std::string(id);
}

std::string ensure_install_id(const Layout& layout) {
  if (auto id = read_install_id(layout)) {
    return *id;
  }
  std::string id = base::random_hex(kInstallIdDigits / 2);
  base::write_file_atomically(layout.state_file(kInstallId), id + '\n', 0600);
  return id;
}

}  // namespace agent
