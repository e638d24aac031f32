#pragma once

#include "agent/install.hpp"
#include "agent/probe.hpp"
#include "agent/state.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace agent {

// From ARMED to the end: the part of install, update, rollback and recovery that is the same. Each
// function is idempotent: a start after a kill calls it again.

// What stays at least.
struct CleanUp {
  unsigned keep_versions = kDefaultKeepVersions;
  std::optional<std::string> pin;  // updates.pin_version
};

// The name that PATH finds for a binary of the archive: "tool" for "bin/tool".
std::string link_name(std::string_view binary);
// What a PATH link of this binary holds: relative, through `current`. Resolves links in the folders
// on the way, because that is what the system does with "..".
base::Path link_target(const Layout& layout, std::string_view binary);

enum class LinkState { missing, ours, foreign };
LinkState inspect_link(const Layout& layout, std::string_view name);
// Throws Errc::config for a name of this release's programs where something foreign stands: it is
// neither overwritten nor passed over in silence.
//   replaceable  foreign files that may go
void require_free_links(const Layout& layout, const schema::PlatformEntry& entry,
                        const std::function<bool(const base::Path&)>& replaceable = {});
// Makes what is missing, replaces what is ours; a foreign one is left. Gives the names that lead to
// us now.
std::vector<std::string> make_links(const Layout& layout, const std::vector<std::string>& binaries);
// All names in bin_directory that lead to us.
std::vector<std::string> our_links(const Layout& layout);
// Points `current` or `previous` at a version, in one step. What stands there and is no link (a
// backup that follows links makes a folder of it) is only a copy of a version, and goes.
void point_link(const Layout& layout, const base::Path& link, const schema::Version& version);
// Removes those of these names that are ours.
void remove_links(const Layout& layout, const std::vector<std::string>& names);

// What a command line asks the receipt to remember; a first installation leaves it behind even if
// the rest never happens.
void remember_choices(const Services& services, const schema::Version& version,
                      const trust::Sha256& archive_sha256, std::optional<schema::Channel> channel,
                      const std::vector<std::string>& base_urls);
// The receipt names this version and these links; links of before that are not among them go.
void renew_receipt(const Services& services, const schema::Version& version,
                   const CompletionMark& mark, std::vector<std::string> links);

// Journal ARMED, one rename of `current`, journal SWITCHED. `journal.to` is complete.
void switch_version(const Layout& layout, Journal& journal);

// The receipt, or, where it is lost, what the installation itself tells.
Receipt receipt_or_rebuilt(const Services& services, const schema::Version& version,
                           const trust::Sha256& archive_sha256);

// After the switch: links, a look through PATH's link, `previous`, hold, receipt, COMMITTED, and
// clean-up. A new version that is not fit is switched back, blocked, and Errc::rolled_back is
// thrown.
//   clean_up  nothing: all versions stay
void finish_switch(const Services& services, Journal& journal,
                   const std::optional<CleanUp>& clean_up);

// The part of it after the judgement, whoever gave it: `previous`, hold, receipt, COMMITTED, and
// clean-up; the journal is gone then.
void commit_switch(const Services& services, Journal& journal,
                   const std::optional<CleanUp>& clean_up);

// `current` goes back to `from` (without one: away), durable at each step; `to` is blocked with the
// reason, and goes where this operation brought it. Ends in ROLLED_BACK and removes the journal.
void switch_back(const Services& services, Journal& journal, const ProbeFailure& failure);
// Blocks an archive that is not fit: at once, or one that hung at the third time.
void block_failed(const Layout& layout, const schema::Version& version, const trust::Sha256& sha256,
                  const ProbeFailure& failure, base::Time now);

// Removes versions beyond the newest `keep_versions`, and those that are not whole; never current,
// previous, the newest of the pin, one that runs or one that cannot be read now.
void remove_old_versions(const Layout& layout, const CleanUp& clean_up);
// Is the version certainly not installed whole? Not where its mark just cannot be read.
bool has_no_mark(const Layout& layout, const schema::Version& version);
// One that is not to be gone back to; where it runs just now only its mark goes, and the rest with
// a later sweep.
void give_up_version(const Layout& layout, const schema::Version& version);
// One version: its mark first, then the rest.
void remove_version(const Layout& layout, const schema::Version& version);

}  // namespace agent
