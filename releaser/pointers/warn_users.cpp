// floor, deprecate.
#include "base/text.hpp"
#include "releaser/pointers/settle.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using schema::Channel;
using schema::Manifest;

// Of a version that no manifest lists any more: everybody who could have it reads one of these.
bool is_read_by_its_users(const Manifest& manifest, const schema::Version& version) {
  return !manifest.channel || *manifest.channel == schema::channel_of(version);
}

}  // namespace

EditResult edit(const PublicManifests& before, const Floor& command, base::Time now) {
  const std::string version = command.version.text();
  if (find_release(before, command.version) == nullptr) {
    return unknown_version(before, command.version);
  }
  const auto floor = floor_of(before);
  if (floor && command.version < *floor) {
    return NotPossible{Errc::config, cat("the security floor is ", floor->text(),
                                         " and never goes down, and ", version, " is below it")};
  }
  PublicManifests after = before;
  if (after.channels.empty()) return unknown_version(before, command.version);
  auto& [channel, manifest] = *after.channels.begin();
  std::vector<std::string> words;
  if (!floor || *floor != command.version) {
    words.push_back(cat("the security floor is ", version, ", and was ",
                        floor ? floor->text() : "none", "; it can never go down again"));
    std::size_t below = 0;
    for (const Manifest* const each : all_of(before)) {
      if (each->channel) continue;
      for (const auto& [listed, release] : each->versions)
        below += listed < command.version ? 1 : 0;
    }
    if (below > 0) {
      words.push_back(cat("of the versions that are listed ", below, below == 1 ? " is" : " are",
                          " below it, and never installed again"));
    }
  }
  manifest.security_floor = command.version;
  if (after.combined) after.combined->security_floor = command.version;
  if (!newest_for(after, channel)) {
    return NotPossible{
        Errc::config,
        cat("channel ", schema::channel_name(channel), " has no good release from ", version,
            " on, so that its users would be left with none; publish one there "
            "first, or promote ",
            version)};
  }
  return settle(before, std::move(after), std::move(words), {}, now);
}

EditResult edit(const PublicManifests& before, const Deprecate& command, base::Time now) {
  const std::string version = command.version.text();
  if (command.message) {
    if (const auto problem = check_text("message", *command.message)) return *problem;
  }
  const bool is_listed = find_release(before, command.version) != nullptr;
  PublicManifests after = before;
  bool is_known = is_listed || command.was_public, changed = false;
  for (Manifest* const manifest : all_of(after)) {
    const bool has_notice = manifest->deprecation_notices.contains(command.version);
    is_known = is_known || has_notice;
    if (!command.message) {
      manifest->deprecation_notices.erase(command.version);
      changed = changed || has_notice;
      continue;
    }
    const bool is_its_place = is_listed ? manifest->versions.contains(command.version)
                                        : is_read_by_its_users(*manifest, command.version);
    if (!is_its_place) continue;
    auto& notice = manifest->deprecation_notices[command.version];
    changed = changed || notice != *command.message;
    notice = *command.message;
  }
  if (!is_known) return unknown_version(before, command.version);
  std::vector<std::string> words;
  if (changed) {
    words.push_back(command.message ? cat("users of ", version, " read: ", *command.message)
                                    : cat("users of ", version, " read no notice any more"));
  }
  return settle(before, std::move(after), std::move(words), {}, now);
}

}  // namespace releaser
