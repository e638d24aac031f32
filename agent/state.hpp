#pragma once

#include "agent/journal.hpp"
#include "agent/layout.hpp"
#include "base/clock.hpp"
#include "manifest-schema/channel.hpp"
#include "manifest-schema/version.hpp"
#include "trust/digest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// The small files of <root>/state. Each is JSON with a "schema" number, written whole by rename.
// A file of a newer schema is left untouched: reading it throws Errc::config ("written by a newer
// tool-updater"), and nothing overwrites it. read_… gives nothing where there is no file or a
// damaged one, as a power loss leaves it; WriteAccess sets that aside and makes the best of it.
bool is_of_newer_schema(std::string_view text);
inline constexpr std::string_view kDamagedSuffix = ".bad";  // of a file that was set aside
// Those that are there and cannot be understood.
std::vector<base::Path> damaged_state_files(const Layout& layout);

// A path file that `install` changed, or made.
struct PathEdit {
  base::Path file;
  bool created = false;
  bool operator==(const PathEdit&) const = default;
};

// How this installation came to be: receipt.json. The version that is installed is not here but in
// the link `current`.
struct Receipt {
  std::string product;
  schema::Channel channel = schema::Channel::stable;  // that it was installed from
  base::Path bin_directory;
  std::vector<std::string> links;      // names in bin_directory that are ours
  std::vector<std::string> base_urls;  // given by `install --base-url`; empty: the identity's
  std::vector<PathEdit> path_edits;    // what `uninstall` takes back
  base::Time installed_at{};
  schema::Version version;  // last one that was committed, for people
  trust::Sha256 archive_sha256;
  bool operator==(const Receipt&) const = default;
};
std::optional<Receipt> read_receipt(const Layout& layout);
void write_receipt(const Layout& layout, const Receipt& receipt);

// Versions that failed on this machine: blocklist.json.
struct BlockedVersion {
  schema::Version version;
  trust::Sha256 sha256;  // of the archive; another archive of that version is not blocked
  std::string reason;
  base::Time since{};
  std::uint64_t tries_left = 0;  // it hung; until 0 it is not blocked
  bool operator==(const BlockedVersion&) const = default;
};
// Those that are blocked by now.
std::vector<BlockedVersion> read_blocklist(const Layout& layout);
void write_blocklist(const Layout& layout, const std::vector<BlockedVersion>& blocked);

bool is_blocked(const std::vector<BlockedVersion>& blocked, const schema::Version& version,
                const trust::Sha256& sha256);

// Adds one, or renews its reason.
void block_version(const Layout& layout, const BlockedVersion& blocked);
// One that hung, perhaps only because this machine was busy, is blocked at the third time.
void block_version_at_third(const Layout& layout, const BlockedVersion& hung);

// hold.json: somebody went back by hand. Nothing is taken until something newer than `left`
// appears; then the file is removed by the update that takes it.
struct RollbackHold {
  schema::Version left;  // what was left
  base::Time since{};
};
std::optional<RollbackHold> read_rollback_hold(const Layout& layout);
void write_rollback_hold(const Layout& layout, const RollbackHold& hold);
void remove_rollback_hold(const Layout& layout);

// install_id: 32 hexadecimal digits from the system's random source; it never leaves the machine.
// read_… gives nothing where there is none yet (no id: only releases that are out for everybody).
std::optional<std::string> read_install_id(const Layout& layout);
std::string ensure_install_id(const Layout& layout);

}  // namespace agent
