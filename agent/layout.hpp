#pragma once

#include "base/environment.hpp"
#include "base/file.hpp"
#include "manifest-schema/identity.hpp"
#include "manifest-schema/version.hpp"
#include "trust/digest.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// Where everything of one product lives on this machine (design: one root, one file system). The
// names are the agent's own: "cco", or "tool-updater" for the product "tool".
//
//   <bin_directory>/<name> -> <root>/versions/current/<name>   written once; what PATH finds
//   <root>/versions/current -> 2026.11.1                       the switch
//   <root>/versions/previous -> 2026.10.2
//   <root>/versions/2026.11.1/{…, .ok}
//   <root>/staging/ state/ lock recover.sh
struct Layout {
  std::string product;  // "tool"
  std::string program;  // "tool-updater"
  base::Path home;      // of the user, for path files; the configuration has its own variables
  base::Path root;
  base::Path versions, current, previous;
  base::Path staging;
  base::Path state;
  base::Path lock;
  base::Path recover_script;
  base::Path bin_directory;

  [[nodiscard]] base::Path version_directory(const schema::Version& version) const;
  [[nodiscard]] base::Path state_file(std::string_view name) const;  // "journal.json"
};

// "TOOL_UPDATER_" for "tool-updater".
std::string variable_prefix(std::string_view program);
// TOOL_UPDATER_<name> of the environment; nothing where unset or empty.
std::optional<std::string> own_variable(const schema::Identity& identity,
                                        const base::Environment& environment,
                                        std::string_view name);

// HOME, else the passwd entry of this user. Throws Errc::config where there is neither, or it is
// not absolute.
base::Path home_directory(const base::Environment& environment);

// A folder of the user's: where `variable` (XDG_DATA_HOME, XDG_CONFIG_HOME) is absolute, it; else
// home/fallback.
base::Path user_directory(const base::Environment& environment, std::string_view variable,
                          const base::Path& home, std::string_view fallback);

// The rule, first match wins:
//   root  <NAME>_ROOT; `prefix`/share/<program>; the root whose versions/<V>/ holds `executable`
//         (with a receipt); $XDG_DATA_HOME/<program>; ~/.local/share/<program>
//   bin   <NAME>_BIN_DIR; `prefix`/bin; what the receipt of that root says; <root>/../../bin where
//         that has a link of our name (the receipt is lost); ~/.local/bin
// All of them absolute. Throws Errc::config for a relative variable, Errc::usage where a prefix and
// one of the variables would take one each.
Layout make_layout(const schema::Identity& identity, const base::Environment& environment,
                   const base::Path& executable,
                   const std::optional<base::Path>& prefix = std::nullopt);

// The form of the names that are ours in staging/: 16 hexadecimal digits.
bool is_staging_name(std::string_view name);

// Folders of versions/ whose names are versions, newest first, complete or not.
std::vector<schema::Version> installed_versions(const Layout& layout);
// What the links point at; nothing where there is no link, or it does not name a version.
std::optional<schema::Version> current_version(const Layout& layout);
// Never what is current.
std::optional<schema::Version> previous_version(const Layout& layout);

// What `.ok` of a version says: the archive that it came from and each file with its digest. It is
// written last and removed first.
struct InstalledFile {
  trust::Sha256 sha256;
  std::uint64_t size = 0;
  bool operator==(const InstalledFile&) const = default;
};
struct CompletionMark {
  trust::Sha256 archive_sha256;
  std::map<std::string, InstalledFile> files;  // by relative path
  std::vector<std::string> binaries;           // which of them are programs; each gets a PATH link
  std::optional<std::string> agent;            // which of these is the agent
  std::vector<std::string> probe;              // of its manifest, for a rollback's own check
  bool operator==(const CompletionMark&) const = default;
};
inline constexpr std::string_view kCompletionMark = ".ok";
// Nothing where the mark is missing, damaged or of a newer schema. Throws where it cannot be read
// now: that proves nothing.
std::optional<CompletionMark> read_completion_mark(const Layout& layout,
                                                   const schema::Version& version);
// For a version that must have one: throws with the reason where it cannot be read.
CompletionMark require_completion_mark(const Layout& layout, const schema::Version& version);
void write_completion_mark(const Layout& layout, const schema::Version& version,
                           const CompletionMark& mark);

// Does every file that the mark names exist with its digest? Nothing if so, else what is wrong
// ("2026.11.1: cco is damaged"). Reads all files of that version.
std::optional<std::string> incomplete_reason(const Layout& layout, const schema::Version& version);
inline bool complete(const Layout& layout, const schema::Version& version) {
  return !incomplete_reason(layout, version).has_value();
}
// A quick look for lists: the mark can be read and each file is there with its size; no digest is
// computed.
bool looks_complete(const Layout& layout, const schema::Version& version);

// Bytes that versions/ takes in all, for `status`.
std::uint64_t installed_size(const Layout& layout);

}  // namespace agent
