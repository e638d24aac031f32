#include "agent/judge.hpp"

#include "agent/policy.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace agent {

using base::cat;
using schema::Release;
using schema::Version;

namespace {

std::string unmet_requirement(const schema::Requirements& required,
                              const schema::Machine& machine) {
  const auto unmet = [](std::string_view name, const std::string& floor, const std::string& has) {
    return cat("needs ", name, " ", floor, ", this machine has ", has.empty() ? "none" : has);
  };
  if (!schema::floor_is_met(required.glibc, machine.glibc)) {
    return unmet("glibc", required.glibc, machine.glibc);
  }
  if (!schema::floor_is_met(required.macos, machine.macos)) {
    return unmet("macOS", required.macos, machine.macos);
  }
  if (!schema::floor_is_met(required.windows, machine.windows)) {
    return unmet("Windows", required.windows, machine.windows);
  }
  return "";
}

bool is_unattended(const PlanInput& input) {
  return input.request.initiative == Initiative::unattended;
}

}  // namespace

bool is_ordered(const PlanInput& input) { return input.request.version.has_value(); }

bool is_upgrade(const PlanInput& input, const Version& version) {
  return !input.installed.current || *input.installed.current < version;
}

bool is_below_floor(const PlanInput& input, const Version& version) {
  return input.available.security_floor && version < *input.available.security_floor;
}

const Release* find_release(const PlanInput& input, const Version& version) {
  const auto found = input.available.releases.find(version);
  return found == input.available.releases.end() ? nullptr : &found->second;
}

bool is_seen(const PlanInput& input, const Release& release) {
  const auto seen = schema::channels_seen_by(input.config.channel);
  return std::find(seen.begin(), seen.end(), release.channel) != seen.end();
}

bool current_must_go(const PlanInput& input) {
  if (!input.installed.current) return false;
  const Release* release = find_release(input, *input.installed.current);
  return is_below_floor(input, *input.installed.current) ||
         (release != nullptr && release->yanked.has_value());
}

std::optional<Version> breaking_step(const PlanInput& input, const Version& to) {
  if (!input.installed.current) return std::nullopt;
  for (const auto& [version, release] : input.available.releases) {
    if (version <= to && *input.installed.current < version && release.breaking_changes) {
      return version;
    }
  }
  return std::nullopt;
}

Verdict Judge::judge(const Version& version, const Release& release) const {
  Verdict verdict{version, Rule::taken, ""};
  const auto refuse = [&verdict](Rule rule, std::string reason) {
    verdict.rule = rule;
    verdict.reason = std::move(reason);
    return verdict;
  };
  if (m_input.request.version && *m_input.request.version != version) {
    return refuse(Rule::not_asked_for, cat("--version asks for ", m_input.request.version->text()));
  }
  const bool is_current = m_input.installed.current == version;
  if (is_current && !m_input.installed.current_is_damaged) {
    return refuse(Rule::current, "is installed");
  }
  // The same version again is no update: what holds updates back does not hold it.
  if (auto reason = policy_objection(m_input.config.policy, version, release.channel);
      reason && !is_current) {
    return refuse(Rule::policy, std::move(*reason));
  }
  if (is_below_floor(m_input, version)) {
    return refuse(Rule::security_floor,
                  cat("is below the security floor ", m_input.available.security_floor->text()));
  }
  if (release.yanked) {
    return refuse(Rule::yanked, cat("was withdrawn: ", base::safe_text(release.yanked->reason)));
  }
  if (!is_current && !is_upgrade(m_input, version) && !m_must_go && !is_ordered(m_input)) {
    return refuse(Rule::older,
                  cat("is older than the installed ", m_input.installed.current->text()));
  }
  if (const auto reason = wrong_channel(release); reason && !is_current) {
    return refuse(Rule::channel, *reason);
  }
  const auto [archive, problem] = find_archive(release);
  if (!archive) return refuse(problem.rule, problem.reason);
  if (is_current) return verdict;
  for (const auto& rule :
       {&Judge::blocked, &Judge::halted, &Judge::held, &Judge::pinned, &Judge::skipped,
        &Judge::stepping_stone, &Judge::breaking, &Judge::window, &Judge::rollout}) {
    if (auto refusal = (this->*rule)(version, release, *archive)) {
      return refuse(refusal->rule, std::move(refusal->reason));
    }
  }
  return verdict;
}

std::pair<std::optional<Judge::Archive>, Judge::Refusal> Judge::find_archive(
    const Release& release) const {
  Refusal refusal{Rule::platform, "has no archive for this machine"};
  for (const schema::Platform& platform : schema::platforms_for(m_input.machine)) {
    const auto entry = release.platforms.find(platform);
    if (entry == release.platforms.end()) continue;
    std::string unmet = unmet_requirement(entry->second.requirements, m_input.machine);
    if (unmet.empty()) return {Archive{platform, &entry->second}, {}};
    if (refusal.rule == Rule::platform) refusal = {Rule::requirements, std::move(unmet)};
  }
  return {std::nullopt, std::move(refusal)};
}

std::optional<std::string> Judge::wrong_channel(const Release& release) const {
  if (is_ordered(m_input) || is_seen(m_input, release)) {
    return std::nullopt;
  }
  return cat("is of channel ", schema::channel_name(release.channel), ", this installation sees ",
             schema::channel_name(m_input.config.channel));
}

Judge::MaybeRefusal Judge::blocked(const Version& version, const Release& /*release*/,
                                   const Archive& archive) const {
  if (is_ordered(m_input)) return std::nullopt;
  for (const BlockedVersion& entry : m_input.installed.blocklist) {
    if (entry.version == version && entry.sha256 == archive.entry->sha256) {
      return Refusal{Rule::blocked, cat("failed on this machine: ", base::safe_text(entry.reason))};
    }
  }
  return std::nullopt;
}

Judge::MaybeRefusal Judge::halted(const Version& /*version*/, const Release& release,
                                  const Archive& /*archive*/) const {
  const auto halt = m_input.available.halts.find(release.channel);
  if (is_ordered(m_input) || lifts(Lifted::halt) || halt == m_input.available.halts.end()) {
    return std::nullopt;
  }
  return Refusal{Rule::halted, cat("channel ", schema::channel_name(release.channel),
                                   " is halted: ", base::safe_text(halt->second.reason))};
}

Judge::MaybeRefusal Judge::held(const Version& version, const Release& /*release*/,
                                const Archive& /*archive*/) const {
  const auto& hold = m_input.installed.hold;
  if (is_ordered(m_input) || lifts(Lifted::hold) || !hold || hold->left < version) {
    return std::nullopt;
  }
  return Refusal{Rule::held, cat("you went back from ", hold->left.text(),
                                 ", so nothing is taken until something newer appears")};
}

Judge::MaybeRefusal Judge::pinned(const Version& version, const Release& /*release*/,
                                  const Archive& /*archive*/) const {
  const auto& pin = m_input.config.pin_version;
  if (is_ordered(m_input) || lifts(Lifted::pin) || !pin || version.matches_prefix(*pin)) {
    return std::nullopt;
  }
  return Refusal{Rule::pinned, cat("is outside of the pin ", *pin)};
}

Judge::MaybeRefusal Judge::skipped(const Version& version, const Release& release,
                                   const Archive& /*archive*/) const {
  const auto& skip = m_input.config.skip_versions;
  if (is_ordered(m_input) || lifts(Lifted::skip) || release.critical ||
      std::find(skip.begin(), skip.end(), version) == skip.end()) {
    return std::nullopt;
  }
  return Refusal{Rule::skipped, "is in skip_versions"};
}

// Holds for orders too: a migration that nobody wrote does not happen.
Judge::MaybeRefusal Judge::stepping_stone(const Version& version, const Release& release,
                                          const Archive& /*archive*/) const {
  if (!m_input.installed.current || !release.minimum_upgrade_from ||
      !is_upgrade(m_input, version) ||
      *m_input.installed.current >= *release.minimum_upgrade_from) {
    return std::nullopt;
  }
  return Refusal{Rule::stepping_stone,
                 cat("needs ", release.minimum_upgrade_from->text(), " or newer first")};
}

Judge::MaybeRefusal Judge::breaking(const Version& version, const Release& /*release*/,
                                    const Archive& /*archive*/) const {
  if (!is_unattended(m_input)) return std::nullopt;
  const auto step = breaking_step(m_input, version);
  if (!step) return std::nullopt;
  return Refusal{Rule::breaking, *step == version
                                     ? std::string("has breaking changes")
                                     : cat("comes after breaking changes in ", step->text())};
}

Judge::MaybeRefusal Judge::window(const Version& /*version*/, const Release& release,
                                  const Archive& /*archive*/) const {
  const auto& window = m_input.config.window;
  if (!is_unattended(m_input) || lifts(Lifted::window) || release.critical || !window ||
      window->contains(m_input.local_minute_of_week)) {
    return std::nullopt;
  }
  return Refusal{Rule::window, cat("waits for the window ", window->text())};
}

Judge::MaybeRefusal Judge::rollout(const Version& version, const Release& release,
                                   const Archive& /*archive*/) const {
  if (!is_unattended(m_input) || lifts(Lifted::rollout) || release.critical) return std::nullopt;
  const int share = rollout_basis_points(release, m_input.now, m_input.built);
  if (share >= 10000) return std::nullopt;
  if (!m_input.install_id) {
    return Refusal{Rule::rollout, "is not out for everybody yet"};
  }
  const int bucket = rollout_bucket(*m_input.install_id, version, release.channel);
  if (bucket < share) return std::nullopt;
  return Refusal{Rule::rollout,
                 cat("is out for ", share, " of 10000 machines, this one is number ", bucket)};
}

}  // namespace agent
