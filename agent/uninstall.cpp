#include "agent/uninstall.hpp"

#include "agent/activation.hpp"
#include "agent/file_system.hpp"
#include "agent/install.hpp"
#include "agent/path_setup.hpp"
#include "agent/service/service_files.hpp"
#include "agent/service/service_units.hpp"
#include "agent/settings.hpp"
#include "agent/state.hpp"
#include "agent/telemetry.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "site/partial_download.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace agent {
namespace {

// A folder goes only when nothing foreign is in it.
void remove_folder_if_empty(const base::Path& directory, std::vector<std::string>& done) {
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) {
    return;
  }
  if (!std::filesystem::remove(directory, error) || error) {
    done.push_back(base::cat(directory.native(), " holds something that is not ours and stays"));
  }
}

void remove_state(const Layout& layout) {
  constexpr std::array<std::string_view, 7> kNames{
      "blocklist.json", "hold.json",  "last_attempt.json", "check.json",
      "watermark.json", "install_id", kTelemetryFile};
  // Trees: what something else put in the place of a file, or what was set aside, may be a folder.
  for (const std::string_view name : kNames) {
    base::remove_tree(layout.state_file(name));
    base::remove_tree(layout.state_file(base::cat(name, kDamagedSuffix)));
  }
  site::remove_kept_download(layout.state);
  base::remove_tree(layout.state / "metadata");
  base::remove_tree(service_directory(layout));
  // The receipt knows what there is to take back, and the journal that it is being taken back: they
  // stay until nothing else is left.
  for (const std::string_view name : {"receipt.json", "journal.json"}) {
    base::remove_tree(layout.state_file(base::cat(name, kDamagedSuffix)));
    base::remove_tree(layout.state_file(name));
  }
}

Journal removal_journal(const Services& services, Purge purge) {
  return {.id = base::random_hex(16),
          .operation = Operation::uninstall,
          .state = JournalState::removing,
          .from = std::nullopt,
          .to = current_version(services.layout).value_or(services.identity.version),
          .sha256 = {},
          .transitions = 1,
          .purge = purge == Purge::yes,
          .probation = std::nullopt,
          .reason = {},
          .started = services.now,
          .blocked_since = std::nullopt};
}

// A disk that is full is a reason to uninstall: then it goes without, and a second `uninstall`
// is what finishes it after a kill.
void begin_removal(const Services& services, const Journal& journal) {
  try {
    write_journal(services.layout, journal);
  } catch (const base::Error& error) {
    if (error.code() != base::Errc::cannot_write) {
      throw;
    }
    services.messages.detail(base::cat("without a journal: ", error.what()));
  }
}

}  // namespace

void remove_root(const Layout& layout, std::vector<std::string>& done) {
  remove_folder_if_empty(layout.versions, done);
  // Swept by now: what is left there is not ours.
  remove_folder_if_empty(layout.staging, done);
  base::remove_tree(layout.recover_script);
  remove_state(layout);
  remove_folder_if_empty(layout.state, done);
  base::remove_if_exists(layout.lock);
  remove_folder_if_empty(layout.root, done);
}

FirstInstallation::FirstInstallation(const Layout& layout) : m_layout(layout) {
  for (const base::Path& folder : {layout.root, layout.bin_directory}) {
    std::vector<base::Path> missing;
    std::error_code ignored;
    for (base::Path way = folder; way.has_relative_path() && !std::filesystem::exists(way, ignored);
         way = way.parent_path()) {
      missing.insert(missing.begin(), way);
    }
    m_missing.insert(m_missing.end(), missing.begin(), missing.end());
  }
}

void FirstInstallation::take_back() const {
  const bool was_there =
      std::find(m_missing.begin(), m_missing.end(), m_layout.root) == m_missing.end();
  // Somebody else may have been here while we waited for the lock.
  if (was_there || !base::list_directory(m_layout.versions).empty() ||
      inspect_file(m_layout.state_file("receipt.json")) ||
      inspect_file(m_layout.state_file("blocklist.json"))) {
    return;
  }
  std::vector<std::string> ignored;
  try {
    remove_root(m_layout, ignored);
  } catch (const base::Error&) {  // NOLINT: people need to know of the refusal
    return;
  }
  std::for_each(m_missing.rbegin(), m_missing.rend(), [](const base::Path& folder) {
    std::error_code not_empty;
    std::filesystem::remove(folder, not_empty);
  });
}

std::vector<std::string> finish_removal(const Services& services, const Journal& journal) {
  const Layout& layout = services.layout;
  const base::Path configuration = config_path(services);
  std::vector<std::string> done;
  const Receipt receipt = receipt_or_rebuilt(services, services.identity.version, {});
  // What PATH finds goes first, so that it never leads to a version that is half gone.
  for (const base::Path& directory : {layout.bin_directory, receipt.bin_directory}) {
    Layout linked = layout;
    linked.bin_directory = directory;
    remove_links(linked, our_links(linked));
  }
  undo_path_edits(receipt.path_edits, layout.program, done);
  take_all_units_away(services, done);
  // A link goes, not what it leads to; a folder in its place is a copy of a version.
  base::remove_tree(layout.current);
  base::remove_tree(layout.previous);
  for (const schema::Version& version : installed_versions(layout)) {
    remove_version(layout, version);
  }
  if (journal.purge) {
    base::remove_if_exists(configuration);
  }
  remove_root(layout, done);
  if (journal.purge) {
    remove_folder_if_empty(configuration.parent_path(), done);
  }
  return done;
}

std::vector<std::string> uninstall(const Services& services, Purge purge) {
  const Layout& layout = services.layout;
  std::error_code ignored;
  if (!std::filesystem::exists(layout.root, ignored)) {
    throw base::Error(base::Errc::not_found,
                      base::cat("nothing is installed in ", layout.root.native()));
  }
  const WriteAccess access(services, WriteAccess::WhenLocked::wait_briefly,
                           WriteAccess::Recovery::left_out);
  // Under the lock: a service that tries a new version now must not be ended for an uninstall that
  // is refused.
  constexpr std::chrono::seconds kServicesMayTake{30};
  for (const ServiceRecord& service : stop_services(running_services(layout), kServicesMayTake)) {
    throw base::Error(base::Errc::locked,
                      base::cat("the service on port ", service.port, " (process ",
                                service.process.id, ") does not end; end it and run this again"));
  }
  Journal journal = removal_journal(services, purge);
  if (const auto before = read_journal(layout);
      before && before->state == JournalState::removing && before->purge) {
    journal.purge = true;
  }
  begin_removal(services, journal);
  return finish_removal(services, journal);
}

void finish_interrupted_removal(const Services& services) {
  const std::optional<Journal> journal = read_journal(services.layout);
  if (journal && journal->state == JournalState::removing) {
    uninstall(services, journal->purge ? Purge::yes : Purge::no);
  }
}

}  // namespace agent
