#include "base/text.hpp"
#include "releaser/pointers/settle.hpp"
#include "releaser/stages/merge_manifest.hpp"

namespace releaser {

using base::cat;
using base::Errc;
using schema::Channel;
using schema::Manifest;
using schema::Release;

EditResult edit(const PublicManifests& before, const Promote& command, base::Time now) {
  const std::string version = command.version.text();
  const std::string to(schema::channel_name(command.to));
  const Release* const found = find_release(before, command.version);
  if (found == nullptr) return unknown_version(before, command.version);
  if (found->yanked) {
    return NotPossible{Errc::config,
                       cat(version, " is withdrawn (", base::safe_text(found->yanked->reason),
                           "); unyank it first, or promote another one")};
  }
  const auto floor = floor_of(before);
  if (floor && command.version < *floor) {
    return NotPossible{Errc::config, cat(version, " is below the security floor ", floor->text(),
                                         "; promote a version from there on")};
  }
  PublicManifests after = before;
  std::vector<std::string> words, warnings;
  Release entry = *found;
  const Channel from = entry.channel;
  if (from != command.to && sees(command.to, from)) {
    // Its users see it already.
    return settle(before, std::move(after), {}, {}, now);
  }
  if (from != command.to) {
    words.push_back(cat(version, " of ", schema::channel_name(from), " is for users of ", to,
                        " too, with the same bytes"));
    entry.channel = command.to;
    entry.rollout.clear();
  }
  const auto newest = newest_for(before, command.to);
  if (newest && command.version < *newest) {
    warnings.push_back(cat(version, " is lower than ", newest->text(), ", which users of ", to,
                           " have or get; none of them goes down to it"));
  }
  if (command.version.is_prerelease() && command.to == Channel::stable) {
    warnings.push_back(cat(version, " is a pre-release and becomes stable under that name"));
  }
  const auto& product = all_of(before).front()->product;
  const auto merge = [&](std::optional<Manifest> manifest, std::optional<Channel> channel) {
    // What was decided of versions in this product's other manifests holds for new readers, too.
    if (!manifest) {
      manifest.emplace();
      manifest->product = product;
      manifest->channel = channel;
      manifest->security_floor = floor;
    }
    for (const Manifest* const other : all_of(before)) {
      const auto notice = other->deprecation_notices.find(command.version);
      if (notice != other->deprecation_notices.end()) manifest->deprecation_notices.insert(*notice);
    }
    return merge_manifest(manifest, product, channel, command.version, entry);
  };
  const auto own = before.channels.find(command.to);
  after.channels.insert_or_assign(
      command.to,
      merge(own == before.channels.end() ? std::nullopt : std::optional(own->second), command.to));
  after.combined = merge(before.combined, std::nullopt);
  return settle(before, std::move(after), std::move(words), std::move(warnings), now);
}

}  // namespace releaser
