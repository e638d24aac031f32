#include "agent/activation.hpp"

#include "agent/file_system.hpp"
#include "agent/path_setup.hpp"
#include "agent/probe.hpp"
#include "agent/service/probation.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace agent {
namespace {

std::vector<std::string> link_names(const CompletionMark& mark) {
  std::vector<std::string> names;
  for (const std::string& binary : mark.binaries) {
    names.push_back(link_name(binary));
  }
  return names;
}

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What PATH's links lead to must be the new version and must run. `probe` names a file of the
// archive; PATH knows it by its last part.
std::optional<ProbeFailure> look_through_links(const Services& services,
                                               const schema::Version& version,
                                               const CompletionMark& mark) {
  const Layout& layout = services.layout;
  const ProbeOptions options = probe_options(services.environment, layout.program);
  std::vector<std::string> probe = mark.probe;
  base::Path directory = layout.current;
  if (!probe.empty() && inspect_link(layout, link_name(probe.front())) == LinkState::ours) {
    probe.front() = link_name(probe.front());
    directory = layout.bin_directory;
  }
  std::optional<base::Path> agent;
  if (mark.agent) {
    const std::string name = link_name(*mark.agent);
    agent = inspect_link(layout, name) == LinkState::ours ? layout.bin_directory / name
                                                          : layout.current / *mark.agent;
  }
  return probe_release(directory, probe, agent, services.identity, version, std::nullopt, options);
}

// What a rollback asks to be left alone until something newer appears; what an update settles.
void settle_hold(const Services& services, const Journal& journal) {
  const auto hold = read_rollback_hold(services.layout);
  if (journal.hold && journal.from) {
    // Further down: what was left first still counts.
    write_rollback_hold(
        services.layout,
        {hold ? std::max(hold->left, *journal.from) : *journal.from, journal.started});
  } else if (hold && journal.to >= hold->left) {
    remove_rollback_hold(services.layout);
  }
}

}  // namespace

Receipt receipt_or_rebuilt(const Services& services, const schema::Version& version,
                           const trust::Sha256& archive_sha256) {
  const Layout& layout = services.layout;
  if (auto receipt = read_receipt(layout)) {
    return *receipt;
  }
  return {.product = services.identity.product,
          .channel = services.identity.default_channel,
          .bin_directory = layout.bin_directory,
          .links = our_links(layout),
          .base_urls = {},
          .path_edits = find_path_edits(services.environment, layout.home, layout.program),
          .installed_at = services.now,
          .version = version,
          .archive_sha256 = archive_sha256};
}

void remember_choices(const Services& services, const schema::Version& version,
                      const trust::Sha256& archive_sha256, std::optional<schema::Channel> channel,
                      const std::vector<std::string>& base_urls) {
  const std::optional<Receipt> before = read_receipt(services.layout);
  Receipt receipt = receipt_or_rebuilt(services, version, archive_sha256);
  if (channel) {
    receipt.channel = *channel;
  }
  if (!base_urls.empty()) {
    receipt.base_urls = base_urls;
  }
  if (before != receipt) {
    write_receipt(services.layout, receipt);
  }
}

void renew_receipt(const Services& services, const schema::Version& version,
                   const CompletionMark& mark, std::vector<std::string> links) {
  const Receipt before = receipt_or_rebuilt(services, version, mark.archive_sha256);
  Receipt receipt = before;
  receipt.version = version;
  receipt.archive_sha256 = mark.archive_sha256;
  receipt.links = std::move(links);
  receipt.bin_directory = services.layout.bin_directory;
  // Programs that this version no longer has would be links to nothing; those of another folder
  // would be links that nobody takes back.
  Layout linked_before = services.layout;
  linked_before.bin_directory = before.bin_directory;
  std::vector<std::string> gone = before.links;
  if (before.bin_directory == receipt.bin_directory) {
    std::erase_if(gone, [&](const std::string& name) { return is_among(receipt.links, name); });
  }
  remove_links(linked_before, gone);
  if (read_receipt(services.layout) != receipt) {
    write_receipt(services.layout, receipt);
  }
}

void switch_version(const Layout& layout, Journal& journal) {
  enter_state(layout, journal, JournalState::armed);
  point_link(layout, layout.current, journal.to);
  enter_state(layout, journal, JournalState::switched);
}

void finish_switch(const Services& services, Journal& journal,
                   const std::optional<CleanUp>& clean_up) {
  const Layout& layout = services.layout;
  if (journal.state == JournalState::armed) {
    enter_state(layout, journal, JournalState::switched);
  }
  const CompletionMark mark = require_completion_mark(layout, journal.to);
  make_links(layout, mark.binaries);
  const auto failure =
      base::with_context(base::cat("check of ", journal.to.text(), ", which the next run repeats"),
                         [&] { return look_through_links(services, journal.to, mark); });
  if (failure) {
    switch_back(services, journal, *failure);
    throw base::Error(
        base::Errc::rolled_back,
        base::cat(journal.to.text(), " was installed and failed its check: ", failure->reason, "; ",
                  journal.from ? base::cat(journal.from->text(), " is in place again")
                               : std::string("nothing is installed")));
  }
  if (const auto unfit = judge_by_services(services, journal)) {
    switch_back(services, journal, *unfit);
    throw base::Error(base::Errc::rolled_back,
                      base::cat(journal.to.text(), " was installed and failed ", unfit->reason,
                                "; ", journal.from->text(), " is in place again"));
  }
  commit_switch(services, journal, clean_up);
}

void commit_switch(const Services& services, Journal& journal,
                   const std::optional<CleanUp>& clean_up) {
  const Layout& layout = services.layout;
  const CompletionMark mark = require_completion_mark(layout, journal.to);
  std::vector<std::string> links = make_links(layout, mark.binaries);
  if (journal.from && *journal.from != journal.to && previous_version(layout) != journal.from) {
    point_link(layout, layout.previous, *journal.from);
  }
  settle_hold(services, journal);
  renew_receipt(services, journal.to, mark, std::move(links));
  enter_state(layout, journal, JournalState::committed);
  if (clean_up) {
    remove_old_versions(layout, *clean_up);
  }
  remove_journal(layout);
}

void block_failed(const Layout& layout, const schema::Version& version, const trust::Sha256& sha256,
                  const ProbeFailure& failure, base::Time now) {
  const BlockedVersion failed{version, sha256, failure.reason, now};
  if (failure.fault == ProbeFault::hung) {
    block_version_at_third(layout, failed);
  } else {
    block_version(layout, failed);
  }
}

void switch_back(const Services& services, Journal& journal, const ProbeFailure& failure) {
  const Layout& layout = services.layout;
  journal.reason = failure.reason;
  if (journal.state == JournalState::rolling_back) {
    ++journal.attempts;
    ++journal.transitions;
    write_journal(layout, journal);
  } else {
    enter_state(layout, journal, JournalState::rolling_back);
  }
  const auto mark_of_to = read_completion_mark(layout, journal.to);
  const auto mark_of_from =
      journal.from ? read_completion_mark(layout, *journal.from) : std::nullopt;
  std::vector<std::string> links =
      mark_of_to ? link_names(*mark_of_to) : std::vector<std::string>();
  if (journal.from) {
    point_link(layout, layout.current, *journal.from);
    if (mark_of_from) {
      make_links(layout, mark_of_from->binaries);
    }
  }
  // Those that only `to` has would lead to nothing.
  std::erase_if(links, [&](const std::string& name) {
    return journal.from && (!mark_of_from || is_among(link_names(*mark_of_from), name));
  });
  remove_links(layout, links);
  if (!journal.from) {
    base::remove_if_exists(layout.current);
    base::sync_directory(layout.versions);
  }
  block_failed(layout, journal.to, journal.sha256, failure, journal.started);
  if (journal.operation != Operation::rollback && journal.to != journal.from) {
    give_up_version(layout, journal.to);
  }
  enter_state(layout, journal, JournalState::rolled_back);
  remove_journal(layout);
}

bool has_no_mark(const Layout& layout, const schema::Version& version) {
  try {
    return !read_completion_mark(layout, version);
  } catch (const base::Error&) {
    return false;
  }
}

void remove_version(const Layout& layout, const schema::Version& version) {
  const base::Path directory = layout.version_directory(version);
  base::remove_if_exists(directory / kCompletionMark);
  base::remove_tree(directory);
}

void give_up_version(const Layout& layout, const schema::Version& version) {
  if (previous_version(layout) == version) {
    base::remove_if_exists(layout.previous);
  }
  if (is_program_running_below(layout.version_directory(version))) {
    base::remove_if_exists(layout.version_directory(version) / kCompletionMark);
  } else {
    remove_version(layout, version);
  }
}

void remove_old_versions(const Layout& layout, const CleanUp& clean_up) {
  const std::optional<schema::Version> current = current_version(layout);
  const std::optional<schema::Version> previous = previous_version(layout);
  unsigned kept = (current ? 1U : 0U) + (previous && previous != current ? 1U : 0U);
  bool pin_is_kept = !clean_up.pin;
  for (const schema::Version& version : installed_versions(layout)) {
    const bool is_whole = !has_no_mark(layout, version);
    const bool is_pinned = !pin_is_kept && is_whole && version.matches_prefix(*clean_up.pin);
    pin_is_kept = pin_is_kept || is_pinned;
    if (version == current || version == previous || is_pinned) {
      continue;
    }
    if (kept < clean_up.keep_versions && is_whole) {
      ++kept;
      continue;
    }
    if (!is_program_running_below(layout.version_directory(version))) {
      remove_version(layout, version);
    }
  }
}

}  // namespace agent
