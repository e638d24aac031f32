#pragma once

#include "agent/journal.hpp"
#include "agent/recover.hpp"
#include "agent/services.hpp"
#include "base/http.hpp"
#include "manifest-schema/manifest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agent {

// The right to change this installation, for as long as it lives: the lock, recovery of what an
// earlier run left, and a swept staging folder. Errc::locked where another run has it,
// Errc::cannot_write with the cause where the root cannot be written.
class WriteAccess {
 public:
  // A check in the background holds the lock for two seconds at most: a person who asks for more
  // just then waits that long instead of being turned away.
  enum class WhenLocked { wait_briefly, give_up };
  // by_order: a person asks for it, which lifts BLOCKED. of_service: an update that is on probation
  // is left to the service that asks. left_out: by who removes everything anyway.
  enum class Recovery { first, by_order, of_service, left_out };
  explicit WriteAccess(const Services& services, WhenLocked when_locked = WhenLocked::wait_briefly,
                       Recovery recovery = Recovery::first);
  // What recovery did, for people; empty where there was nothing to do.
  [[nodiscard]] const std::string& recovered() const { return m_recovered.done; }
  // What a service that is part of an update has to do first; only with Recovery::of_service.
  [[nodiscard]] std::optional<RecoveryAction> pending() const { return m_recovered.pending; }

 private:
  base::FileLock m_lock;
  Recovered m_recovered;
};

inline constexpr unsigned kDefaultKeepVersions = 2;

// One release to put in place: what make_plan() decided.
struct InstallOrder {
  Operation operation = Operation::update;
  schema::Version version;
  schema::Channel channel = schema::Channel::stable;
  schema::Platform platform;
  schema::PlatformEntry entry;
  std::vector<base::Url> configured_bases;  // asked before the manifest's own URLs
  std::optional<base::Path> archive;        // taken instead of a download if its bytes are right
  unsigned keep_versions = kDefaultKeepVersions;
  std::optional<std::string> pin_version;  // the newest of these stays too
  bool hold = false;  // going back by --version: hold until something newer than what was left
  // `install` only: what the receipt is to remember of this command line.
  std::optional<schema::Channel> receipt_channel;
  std::vector<std::string> receipt_base_urls;
};

struct InstallOutcome {
  std::optional<schema::Version> from;
  schema::Version version;
  std::uint64_t downloaded_bytes = 0;
  std::vector<std::string> remarks;          // what else people should know
  std::vector<std::string> found_instead;    // by PATH: see PathFinding
  bool by_delta = false;                     // made from what was installed
  std::optional<std::string> delta_problem;  // why a delta that was there was not used
};

// Both, for reports.
std::vector<std::string> all_remarks(const InstallOutcome& outcome);
// Throws Errc::config where PATH finds something else: the change itself is done and stays.
void require_found(const Services& services, const InstallOutcome& outcome);

// Downloads, verifies, unpacks, probes, switches, checks through PATH's link, cleans up. After a
// failure or a kill at any point the old version is complete and in place, or the new one is.
InstallOutcome install_release(const Services& services, const WriteAccess& access,
                               base::HttpClient& http, const InstallOrder& order);

// Back to `target`, or to the previous version: the same switch, without the network. Refuses what
// lies below `security_floor` (Errc::untrusted) and what is not complete (Errc::not_found, with the
// versions that are). Sets the hold.
struct RollbackOrder {
  std::optional<schema::Version> target;
  std::optional<schema::Version> security_floor;
};
InstallOutcome rollback(const Services& services, const WriteAccess& access,
                        const RollbackOrder& order);

}  // namespace agent
