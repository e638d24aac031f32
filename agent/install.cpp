#include "agent/install.hpp"

#include "agent/activation.hpp"
#include "agent/archive.hpp"
#include "agent/delta_update.hpp"
#include "agent/file_rights.hpp"
#include "agent/file_system.hpp"
#include "agent/path_finding.hpp"
#include "agent/probe.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "site/partial_download.hpp"

#include <algorithm>

namespace agent {
namespace {

// Before the archive is fetched: room for it, for what is in it, a tenth more and a reserve. What
// an interrupted download takes already is used again.
void require_space(const Layout& layout, const InstallOrder& order) {
  constexpr std::uint64_t kReserveBytes = std::uint64_t{1024} * 1024;
  std::uint64_t needed = order.entry.unpacked_size;
  if (!order.archive) {
    needed += order.entry.size;
  }
  needed += needed / 10 + kReserveBytes;
  // Somebody may have put one of them elsewhere.
  for (const base::Path& folder : {layout.staging, layout.state}) {
    const std::uint64_t available =
        inspect_file_system(folder).available_bytes + site::kept_download_bytes(layout.state);
    if (available < needed) {
      throw base::Error(base::Errc::cannot_write,
                        base::cat("no space in ", folder.parent_path().native(), ": ",
                                  order.version.text(), " needs ", base::human_size(needed),
                                  " and ", base::human_size(available), " are free"));
    }
  }
}

// A journal of a run that fails before the switch says nothing that the next start needs.
class OpenJournal {
 public:
  OpenJournal(const Layout& layout, const Journal& journal) : m_layout(layout) {
    write_journal(layout, journal);
  }
  OpenJournal(const OpenJournal&) = delete;
  OpenJournal& operator=(const OpenJournal&) = delete;
  ~OpenJournal() {
    if (m_open) {
      try {
        remove_journal(m_layout);
      } catch (const base::Error&) {  // NOLINT: the next start does it
      }
    }
  }
  // From here on recovery needs it.
  void keep() { m_open = false; }

 private:
  const Layout& m_layout;
  bool m_open = true;
};

[[noreturn]] void refuse(const Services& services, const InstallOrder& order,
                         const std::optional<schema::Version>& from, const ProbeFailure& failure) {
  block_failed(services.layout, order.version, order.entry.sha256, failure, services.now);
  throw base::Error(
      failure.fault == ProbeFault::lied ? base::Errc::untrusted : base::Errc::rolled_back,
      base::cat(order.version.text(), " is not fit to run here: ", failure.reason, "; ",
                from ? base::cat(from->text(), " stays in place") : "nothing was installed"));
}

void probe_staged(const Services& services, const InstallOrder& order, const base::Path& staged,
                  const std::optional<schema::Version>& from) {
  const std::optional<base::Path> agent =
      order.entry.agent ? std::optional(staged / *order.entry.agent) : std::nullopt;
  if (const auto failure =
          probe_release(staged, order.entry.probe, agent, services.identity, order.version,
                        order.platform.row().arch,
                        probe_options(services.environment, services.layout.program))) {
    refuse(services, order, from, *failure);
  }
}

// From the staged folder, which unpacking has flushed, to versions/<V>, whole and durable. The
// version that `current` points at is only ever replaced in one step.
void place(const Layout& layout, const InstallOrder& order, const base::Path& staged,
           const CompletionMark& mark) {
  const base::Path target = layout.version_directory(order.version);
  if (current_version(layout) == order.version && inspect_file(target)) {
    Layout beside = layout;  // the mark goes in first, because the exchange makes it current
    beside.versions = staged.parent_path();
    base::rename_durably(staged, beside.version_directory(order.version));
    write_completion_mark(beside, order.version, mark);
    exchange_paths(beside.version_directory(order.version), target);
    base::sync_directory(layout.versions);
    return;
  }
  remove_version(layout, order.version);
  base::rename_durably(staged, target);
  write_completion_mark(layout, order.version, mark);
}

struct Fetched {
  std::uint64_t bytes = 0;
  bool by_delta = false;
  std::optional<std::string> delta_problem;
};

Fetched fetch_and_place(const Services& services, base::HttpClient& http, const InstallOrder& order,
                        Journal& journal) {
  const Layout& layout = services.layout;
  require_space(layout, order);
  const base::TemporaryDirectory staging(layout.staging, "");
  base::Path staged = staging.path() / "from-delta";
  DeltaAttempt delta = try_delta(services, http, order, journal.from, staging.path(), staged);
  Fetched fetched{delta.downloaded_bytes, delta.mark.has_value(), std::move(delta.problem)};
  if (delta.mark) {
    enter_state(layout, journal, JournalState::verified);
  } else {
    base::remove_tree(staged);
    const FetchedRelease release =
        fetch_release(services, http, order, staging.path(), layout.state);
    fetched.bytes += release.archive.downloaded_bytes;
    enter_state(layout, journal, JournalState::verified);
    staged = staging.path() / "files";
    base::make_directories(staged);
    delta.mark =
        completion_mark_of(order.entry, unpack_fetched(release, order.entry, staged), staged);
  }
  enter_state(layout, journal, JournalState::staged);
  probe_staged(services, order, staged, journal.from);
  enter_state(layout, journal, JournalState::ready);
  place(layout, order, staged, *delta.mark);
  return fetched;
}

// Also those of a version that is kept from before: it may have been given less.
void carry_rights(const Layout& layout, const Journal& journal) {
  const auto before = journal.from && *journal.from != journal.to
                          ? read_completion_mark(layout, *journal.from)
                          : std::nullopt;
  if (!before) {
    return;
  }
  const CompletionMark after = require_completion_mark(layout, journal.to);
  for (const std::string& binary : after.binaries) {
    const base::Path from = layout.version_directory(*journal.from) / binary;
    if (inspect_file(from)) {
      carry_rights_over(from, layout.version_directory(journal.to) / binary);
    }
  }
}

InstallOutcome switch_to(const Services& services, Journal& journal,
                         const std::optional<CleanUp>& clean_up) {
  switch_version(services.layout, journal);
  finish_switch(services, journal, clean_up);
  // Nothing of what PATH finds undoes what is done.
  PathFinding finding =
      look_on_path(services, journal.to, require_completion_mark(services.layout, journal.to));
  return {.from = journal.from,
          .version = journal.to,
          .downloaded_bytes = 0,
          .remarks = std::move(finding.remarks),
          .found_instead = std::move(finding.other_programs)};
}

Journal begin(const Services& services, Operation operation, const schema::Version& to,
              const trust::Sha256& sha256, bool hold) {
  return {.id = base::random_hex(16),
          .operation = operation,
          .state = JournalState::downloading,
          .from = current_version(services.layout),
          .to = to,
          .sha256 = sha256,
          .attempts = 0,
          .transitions = 1,
          .hold = hold,
          .started = services.now};
}

std::string list_of(const std::vector<schema::Version>& versions) {
  std::vector<std::string> texts;
  texts.reserve(versions.size());
  for (const schema::Version& version : versions) {
    texts.push_back(version.text());
  }
  return base::join(texts, ", ");
}

}  // namespace

std::vector<std::string> all_remarks(const InstallOutcome& outcome) {
  std::vector<std::string> all = outcome.remarks;
  all.insert(all.end(), outcome.found_instead.begin(), outcome.found_instead.end());
  return all;
}

void require_found(const Services& services, const InstallOutcome& outcome) {
  if (outcome.found_instead.empty()) {
    return;
  }
  throw base::Error(base::Errc::config,
                    base::cat(services.identity.product, " ", outcome.version.text(),
                              " is in place, but ", base::join(outcome.found_instead, "; ")));
}

InstallOutcome install_release(const Services& services, const WriteAccess& /*access*/,
                               base::HttpClient& http, const InstallOrder& order) {
  const Layout& layout = services.layout;
  Journal journal = begin(services, order.operation, order.version, order.entry.sha256, order.hold);
  const std::optional<CompletionMark> kept = read_completion_mark(layout, order.version);
  const bool here =
      kept && kept->archive_sha256 == order.entry.sha256 && complete(layout, order.version);
  remember_choices(services, order.version, order.entry.sha256, order.receipt_channel,
                   order.receipt_base_urls);
  if (here && journal.from == order.version) {
    renew_receipt(services, order.version, *kept, make_links(layout, kept->binaries));
    return {.from = journal.from,
            .version = order.version,
            .downloaded_bytes = 0,
            .remarks = {},
            .found_instead = {}};
  }
  ensure_install_id(layout);
  OpenJournal open_journal(layout, journal);
  Fetched fetched;
  if (!here) {
    fetched = fetch_and_place(services, http, order, journal);
  }
  carry_rights(layout, journal);
  open_journal.keep();
  InstallOutcome outcome = switch_to(
      services, journal, CleanUp{.keep_versions = order.keep_versions, .pin = order.pin_version});
  outcome.downloaded_bytes = fetched.bytes;
  outcome.by_delta = fetched.by_delta;
  outcome.delta_problem = std::move(fetched.delta_problem);
  return outcome;
}

InstallOutcome rollback(const Services& services, const WriteAccess& /*access*/,
                        const RollbackOrder& order) {
  const Layout& layout = services.layout;
  const std::optional<schema::Version> from = current_version(layout);
  const std::optional<schema::Version> target =
      order.target ? order.target : previous_version(layout);
  if (!target) {
    throw base::Error(base::Errc::not_found,
                      base::cat("no previous version is kept; `", layout.program,
                                " update --version V` fetches one"));
  }
  if (target == from) {
    return {.from = from,
            .version = *target,
            .downloaded_bytes = 0,
            .remarks = {},
            .found_instead = {}};
  }
  if (order.security_floor && *target < *order.security_floor) {
    throw base::Error(
        base::Errc::untrusted,
        base::cat(target->text(), " is below the security floor ", order.security_floor->text(),
                  ": it has a known weakness and is refused"));
  }
  if (const auto reason = incomplete_reason(layout, *target)) {
    std::vector<schema::Version> others = installed_versions(layout);
    std::erase_if(others, [&](const schema::Version& version) {
      return version == from || !looks_complete(layout, version);
    });
    throw base::Error(
        base::Errc::not_found,
        base::cat(*reason, "; ",
                  others.empty() ? base::cat("`", layout.program, " update --version ",
                                             target->text(), "` fetches it")
                                 : base::cat("kept here: ", list_of(others))));
  }
  Journal journal =
      begin(services, Operation::rollback, *target,
            require_completion_mark(layout, *target).archive_sha256, from && *target < *from);
  carry_rights(layout, journal);
  // Who goes back may want to go back further: nothing is collected.
  return switch_to(services, journal, std::nullopt);
}

}  // namespace agent
