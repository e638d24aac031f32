// rollout, halt, resume.
#include "base/text.hpp"
#include "releaser/pointers/settle.hpp"
#include "releaser/stages/rollout_share.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using schema::Channel;
using schema::Manifest;
using schema::Release;
using schema::RolloutStep;
constexpr std::size_t kMaxSteps = 64;  // as the parser of manifests

}  // namespace

EditResult edit(const PublicManifests& before, const Rollout& command, base::Time now) {
  const std::string version = command.version.text();
  const Release* const found = find_release(before, command.version);
  if (found == nullptr) return unknown_version(before, command.version);
  if (found->yanked) {
    return NotPossible{Errc::config,
                       cat(version, " is withdrawn (", base::safe_text(found->yanked->reason),
                           "); nobody takes it, whatever its share is")};
  }
  std::vector<RolloutStep> steps = found->rollout;
  const int share = steps.empty() ? kEverybody : steps.back().basis_points;
  std::vector<std::string> words, warnings;
  if (share != command.basis_points) {
    if (!steps.empty() && command.basis_points < share) {
      return NotPossible{
          Errc::config,
          cat(version, " is out for ", percent_text(share),
              ", and shares only grow; halt stops unattended updates of its channel, and "
              "yank withdraws it")};
    }
    if (!steps.empty() && now < steps.back().at) {
      return NotPossible{Errc::expired, cat("the last step of ", version, " begins at ",
                                            base::format_time(steps.back().at),
                                            ", which is in the future; set the clock right")};
    }
    if (!steps.empty() && now == steps.back().at) {
      steps.back().basis_points = command.basis_points;
    } else {
      steps.push_back({now, command.basis_points});
    }
    if (steps.size() > kMaxSteps) {
      return NotPossible{
          Errc::config, cat(version, " has ", kMaxSteps, " steps already; end with --percent 100")};
    }
    words.push_back(cat(version, " is out for ", percent_text(command.basis_points),
                        ", and was for ", percent_text(share)));
    if (command.basis_points < share) {
      warnings.push_back(
          cat(version, " was out for everybody: whoever has it keeps it, and others wait"));
    }
  }
  PublicManifests after = before;
  for (Release* const entry : entries_of(after, command.version))
    if (entry->channel == found->channel) entry->rollout = steps;
  return settle(before, std::move(after), std::move(words), std::move(warnings), now);
}

EditResult edit(const PublicManifests& before, const Halt& command, base::Time now) {
  if (const auto problem = check_text("reason", command.reason)) return *problem;
  PublicManifests after = before;
  const auto found = after.channels.find(command.channel);
  if (found == after.channels.end()) return unknown_channel(before, command.channel);
  Manifest& manifest = found->second;
  std::vector<std::string> words;
  if (!manifest.halt || manifest.halt->reason != command.reason) {
    // Another reason does not begin a new halt.
    const base::Time since = manifest.halt && manifest.halt->since ? *manifest.halt->since : now;
    manifest.halt = schema::Notice{command.reason, since};
    words.push_back(cat("unattended updates of ", schema::channel_name(command.channel),
                        " stop: ", command.reason));
  }
  return settle(before, std::move(after), std::move(words), {}, now);
}

EditResult edit(const PublicManifests& before, const Resume& command, base::Time now) {
  PublicManifests after = before;
  const auto found = after.channels.find(command.channel);
  if (found == after.channels.end()) return unknown_channel(before, command.channel);
  std::vector<std::string> words;
  if (found->second.halt) {
    words.push_back(cat("unattended updates of ", schema::channel_name(command.channel), " go on"));
  }
  found->second.halt.reset();
  return settle(before, std::move(after), std::move(words), {}, now);
}

}  // namespace releaser
