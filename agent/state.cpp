#include "agent/state.hpp"

#include "agent/own_folders.hpp"
#include "agent/state_file.hpp"
#include "agent/telemetry.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <filesystem>

namespace agent {
namespace {

using base::json::Array;
using base::json::Object;
using base::json::ObjectReader;

constexpr std::size_t kInstallIdDigits = 32;

constexpr std::string_view kReceipt = "receipt.json";
constexpr std::string_view kBlocklist = "blocklist.json";
constexpr std::string_view kHold = "hold.json";
constexpr std::string_view kInstallId = "install_id";

}  // namespace

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
      {kJournalFile, read_journal(layout).has_value()},
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
  // These may say anything; but what is no file cannot be written over.
  for (const std::string_view name : {std::string_view("check.json"), kInstallId,
                                      std::string_view("last_attempt.json"), kTelemetryFile}) {
    const base::Path path = layout.state_file(name);
    const auto type = base::type_of(path);
    if (type != std::filesystem::file_type::not_found &&
        type != std::filesystem::file_type::regular) {
      damaged.push_back(path);
    }
  }
  return damaged;
}

std::optional<std::string> read_install_id(const Layout& layout) {
  // Of an installation for everybody it is root's alone to read.
  const base::Path file = layout.state_file(kInstallId);
  const auto text = is_for_everybody(layout) ? std::nullopt : read_state_text(file);
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
