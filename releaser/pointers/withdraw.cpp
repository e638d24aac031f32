// yank, unyank, rollback.
#include "base/text.hpp"
#include "releaser/pointers/settle.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using schema::Channel;
using schema::Notice;
using schema::Release;
using schema::Version;

// The same notice in each manifest that lists the version. A notice that one of them has already
// keeps its time. False where all say that already.
bool withdraw(PublicManifests& manifests, const Version& version, const std::string& reason,
              base::Time now) {
  Notice notice{reason, now};
  const std::vector<Release*> entries = entries_of(manifests, version);
  for (const Release* const entry : entries) {
    if (entry->yanked && entry->yanked->since) notice.since = entry->yanked->since;
  }
  bool changed = false;
  for (Release* const entry : entries) {
    changed = changed || entry->yanked != notice;
    entry->yanked = notice;
  }
  return changed;
}

// Channels whose users had something to install, and have nothing any more.
void warn_of_empty_channels(const PublicManifests& before, const PublicManifests& after,
                            std::vector<std::string>& warnings) {
  for (const auto& [channel, manifest] : before.channels) {
    if (!newest_for(before, channel) || newest_for(after, channel)) continue;
    warnings.push_back(cat("channel ", schema::channel_name(channel),
                           " has no good release left: whoever has one keeps it, and nobody can "
                           "install anything, until the next one is published"));
  }
}

}  // namespace

EditResult edit(const PublicManifests& before, const Yank& command, base::Time now) {
  if (const auto problem = check_text("reason", command.reason)) return *problem;
  if (find_release(before, command.version) == nullptr) {
    return unknown_version(before, command.version);
  }
  PublicManifests after = before;
  std::vector<std::string> words, warnings;
  if (withdraw(after, command.version, command.reason, now)) {
    words.push_back(cat(command.version.text(), " is withdrawn: ", command.reason));
  }
  warn_of_empty_channels(before, after, warnings);
  return settle(before, std::move(after), std::move(words), std::move(warnings), now);
}

EditResult edit(const PublicManifests& before, const Unyank& command, base::Time now) {
  const std::string version = command.version.text();
  if (find_release(before, command.version) == nullptr) {
    return unknown_version(before, command.version);
  }
  const auto floor = floor_of(before);
  if (floor && command.version < *floor) {
    return NotPossible{Errc::config, cat(version, " is below the security floor ", floor->text(),
                                         ", which never goes down; publish a new version")};
  }
  PublicManifests after = before;
  std::vector<std::string> words;
  for (Release* const entry : entries_of(after, command.version)) {
    if (entry->yanked && words.empty()) words.push_back(cat(version, " is good again"));
    entry->yanked.reset();
  }
  return settle(before, std::move(after), std::move(words), {}, now);
}

EditResult edit(const PublicManifests& before, const Rollback& command, base::Time now) {
  const std::string to = command.to.text();
  const std::string channel(schema::channel_name(command.channel));
  const std::string reason = command.reason.empty() ? cat("rolled back to ", to) : command.reason;
  if (const auto problem = check_text("reason", reason)) return *problem;
  const auto own = before.channels.find(command.channel);
  if (own == before.channels.end()) return unknown_channel(before, command.channel);
  const Release* const target = find_release(before, command.to);
  if (target == nullptr) return unknown_version(before, command.to);
  if (!sees(command.channel, target->channel)) {
    return NotPossible{
        Errc::config,
        cat(to, " is of channel ", schema::channel_name(target->channel), ", which users of ",
            channel, " do not see; promote it to ", channel, " first")};
  }
  const auto floor = floor_of(before);
  if (floor && command.to < *floor) {
    return NotPossible{Errc::config, cat(to, " is below the security floor ", floor->text(),
                                         "; choose a version from there on")};
  }
  if (target->yanked) {
    return NotPossible{Errc::config,
                       cat(to, " is withdrawn itself (", base::safe_text(target->yanked->reason),
                           "); choose another one, or unyank it first")};
  }
  for (const auto& [each, manifest] : before.channels) {
    if (each == command.channel || !sees(command.channel, each)) continue;
    const auto newest = manifest.latest.find(each);
    if (newest == manifest.latest.end() || newest->second <= command.to) continue;
    return NotPossible{Errc::config,
                       cat("users of ", channel, " see ", newest->second.text(), " of channel ",
                           schema::channel_name(each), ", too, which is above ", to, "; roll ",
                           schema::channel_name(each), " back first")};
  }
  PublicManifests after = before;
  std::vector<std::string> words, warnings;
  for (const auto& [version, release] : own->second.versions) {
    if (version <= command.to) break;
    if (release.yanked) {
      // With its own reason, which the other manifests have too unless a run was stopped.
      withdraw(after, version, release.yanked->reason, now);
      continue;
    }
    withdraw(after, version, reason, now);
    words.push_back(cat(version.text(), " is withdrawn, and who has it returns to ", to));
  }
  return settle(before, std::move(after), std::move(words), std::move(warnings), now);
}

}  // namespace releaser
