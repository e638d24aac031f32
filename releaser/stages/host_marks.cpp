#include "releaser/stages/host_marks.hpp"

#include "base/error.hpp"
#include "releaser/stages/stage.hpp"
#include "releaser/stages/whereabouts.hpp"

#include <algorithm>

namespace releaser {
namespace {

using schema::Channel;
using schema::Manifest;

bool has_failed(const Run& run, const Destination& destination) {
  return std::any_of(run.failures.begin(), run.failures.end(),
                     [&](const auto& failure) { return failure.name == destination.name(); });
}

void at_each_host(Run& run, const std::function<void(Destination&)>& work) {
  for (const auto& destination : run.destinations) {
    if (!destination->carries().assets || has_failed(run, *destination)) continue;
    try {
      enter_place(destination->place());
      base::with_context(destination->place(), [&] { work(*destination); });
    } catch (const base::Error& error) {
      run.failures.push_back(
          {destination->name(), error.code(), error.what(), destination->is_optional()});
    }
  }
}

// True where something was wrong.
bool mark_once(Run& run, const std::vector<ReleaseMarks>& wanted) {
  bool has_changed = false;
  at_each_host(run, [&](Destination& destination) {
    std::vector<std::string> words = destination.wrong_marks(wanted);
    if (words.empty()) return;
    has_changed = true;
    destination.mark(wanted);
    for (std::string& each : words) {
      run.around.messages.detail(each);
      run.actions.push_back({std::move(each), destination.name()});
    }
  });
  return has_changed;
}

// Those that were marked, and what new installations get by now.
std::set<schema::Version> versions_of(const std::vector<ReleaseMarks>& marked,
                                      const ChannelManifests& now) {
  std::set<schema::Version> versions;
  for (const ReleaseMarks& marks : marked)
    versions.insert(schema::Version::parse(std::string_view(marks.tag).substr(1)));
  return with_latest(std::move(versions), now);
}

}  // namespace

ChannelManifests channels_of(const Run& run) {
  ChannelManifests channels = run.before.channels;
  for (const auto& [name, manifest] : run.manifests)
    if (manifest.channel) channels.insert_or_assign(*manifest.channel, manifest);
  return channels;
}

std::vector<ReleaseMarks> marks_of(const ChannelManifests& channels,
                                   const std::set<schema::Version>& versions) {
  std::vector<ReleaseMarks> wanted;
  wanted.reserve(versions.size());
  for (const schema::Version& version : versions) {
    ReleaseMarks marks{.tag = "v" + version.text(), .is_prerelease = true};
    bool is_listed = false;
    for (const auto& [channel, manifest] : channels) {
      const auto entry = manifest.versions.find(version);
      if (entry == manifest.versions.end()) continue;
      is_listed = true;
      if (entry->second.yanked) marks.is_withdrawn = true;
      if (channel != Channel::stable) continue;
      marks.is_prerelease = false;
      const auto latest = manifest.latest.find(channel);
      marks.is_latest = latest != manifest.latest.end() && latest->second == version;
    }
    if (is_listed) wanted.push_back(std::move(marks));
  }
  return wanted;
}

std::vector<Action> missing_marks(Run& run, const std::vector<ReleaseMarks>& wanted) {
  std::vector<Action> actions;
  at_each_host(run, [&](Destination& destination) {
    for (std::string& words : destination.wrong_marks(wanted))
      actions.push_back({std::move(words), destination.name()});
  });
  return actions;
}

void mark_hosts(Run& run, std::vector<ReleaseMarks> wanted) {
  for (int races = 0; races < kMaxRaces; ++races) {
    if (!mark_once(run, wanted) || !may_be_overtaken(run)) return;
    const ChannelManifests now = manifests_now(run);
    std::vector<ReleaseMarks> right = marks_of(now, versions_of(wanted, now));
    if (right == wanted) return;
    wanted = std::move(right);
  }
}

std::set<schema::Version> with_latest(std::set<schema::Version> versions,
                                      const ChannelManifests& channels) {
  const auto stable = channels.find(Channel::stable);
  if (stable == channels.end()) return versions;
  const auto latest = stable->second.latest.find(Channel::stable);
  if (latest != stable->second.latest.end()) versions.insert(latest->second);
  return versions;
}

ChannelManifests manifests_now(const Run& run) {
  const auto truth = make_destination(run.config.destinations.front(), run.config, run.machine());
  ChannelManifests now = read_public_state(*truth, run.config, run.folder / "site").channels;
  for (const auto& [channel, known] : channels_of(run)) {
    const auto [there, is_missing] = now.try_emplace(channel, known);
    if (!is_missing && there->second.generation < known.generation) there->second = known;
  }
  return now;
}

bool may_be_overtaken(const Run& run) {
  return run.config.destinations.front().type != "directory";
}

}  // namespace releaser
