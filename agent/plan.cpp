#include "agent/plan.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace agent {
namespace {

using base::cat;
using base::Errc;
using schema::Release;
using schema::Version;

// The rules that give way, one after the other, where the current version must be left: each level
// lifts what the ones before it lift.
enum class Lifted { nothing, rollout, window, skip, pin, hold, halt };
constexpr std::array kLevels{Lifted::nothing, Lifted::rollout, Lifted::window, Lifted::skip,
                             Lifted::pin,     Lifted::hold,    Lifted::halt};

// Where one release goes on this machine.
struct Archive {
  schema::Platform platform;
  const schema::PlatformEntry* entry;
};

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

bool is_ordered(const PlanInput& input) { return input.request.version.has_value(); }

bool is_unattended(const PlanInput& input) {
  return input.request.initiative == Initiative::unattended;
}

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

// The installed version may not stay: withdrawn, or below the floor.
bool current_must_go(const PlanInput& input) {
  if (!input.installed.current) return false;
  const Release* release = find_release(input, *input.installed.current);
  return is_below_floor(input, *input.installed.current) ||
         (release != nullptr && release->yanked.has_value());
}

// A step over a breaking release breaks as much as a step onto it.
std::optional<Version> breaking_step(const PlanInput& input, const Version& to) {
  if (!input.installed.current) return std::nullopt;
  for (const auto& [version, release] : input.available.releases) {
    if (version <= to && *input.installed.current < version && release.breaking_changes) {
      return version;
    }
  }
  return std::nullopt;
}

// Judges releases one by one; the checks stand in the order of precedence.
class Judge {
 public:
  Judge(const PlanInput& input, bool must_go, Lifted lifted)
      : m_input(input), m_must_go(must_go), m_lifted(lifted) {}

  [[nodiscard]] Verdict judge(const Version& version, const Release& release) const {
    Verdict verdict{version, Rule::taken, ""};
    const auto refuse = [&verdict](Rule rule, std::string reason) {
      verdict.rule = rule;
      verdict.reason = std::move(reason);
      return verdict;
    };
    if (m_input.request.version && *m_input.request.version != version) {
      return refuse(Rule::not_asked_for,
                    cat("--version asks for ", m_input.request.version->text()));
    }
    if (m_input.installed.current == version) return refuse(Rule::current, "is installed");
    if (is_below_floor(m_input, version)) {
      return refuse(Rule::security_floor,
                    cat("is below the security floor ", m_input.available.security_floor->text()));
    }
    if (release.yanked) {
      return refuse(Rule::yanked, cat("was withdrawn: ", base::safe_text(release.yanked->reason)));
    }
    if (!is_upgrade(m_input, version) && !m_must_go && !is_ordered(m_input)) {
      return refuse(Rule::older,
                    cat("is older than the installed ", m_input.installed.current->text()));
    }
    if (const auto reason = wrong_channel(release)) return refuse(Rule::channel, *reason);
    const auto [archive, problem] = find_archive(release);
    if (!archive) return refuse(problem.rule, problem.reason);
    for (const auto& rule :
         {&Judge::blocked, &Judge::halted, &Judge::held, &Judge::pinned, &Judge::skipped,
          &Judge::stepping_stone, &Judge::breaking, &Judge::window, &Judge::rollout}) {
      if (auto refusal = (this->*rule)(version, release, *archive)) {
        return refuse(refusal->rule, std::move(refusal->reason));
      }
    }
    return verdict;
  }

  struct Refusal {
    Rule rule = Rule::taken;
    std::string reason;
  };

  // The first archive that exists and whose requirements the machine meets.
  [[nodiscard]] std::pair<std::optional<Archive>, Refusal> find_archive(
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

 private:
  using MaybeRefusal = std::optional<Refusal>;

  [[nodiscard]] bool lifts(Lifted level) const { return m_must_go && m_lifted >= level; }

  [[nodiscard]] std::optional<std::string> wrong_channel(const Release& release) const {
    if (is_ordered(m_input) || is_seen(m_input, release)) {
      return std::nullopt;
    }
    return cat("is of channel ", schema::channel_name(release.channel), ", this installation sees ",
               schema::channel_name(m_input.config.channel));
  }

  [[nodiscard]] MaybeRefusal blocked(const Version& version, const Release& /*release*/,
                                     const Archive& archive) const {
    if (is_ordered(m_input)) return std::nullopt;
    for (const BlockedVersion& entry : m_input.installed.blocklist) {
      if (entry.version == version && entry.sha256 == archive.entry->sha256) {
        return Refusal{Rule::blocked,
                       cat("failed on this machine: ", base::safe_text(entry.reason))};
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] MaybeRefusal halted(const Version& /*version*/, const Release& release,
                                    const Archive& /*archive*/) const {
    const auto halt = m_input.available.halts.find(release.channel);
    if (is_ordered(m_input) || lifts(Lifted::halt) || halt == m_input.available.halts.end()) {
      return std::nullopt;
    }
    return Refusal{Rule::halted, cat("channel ", schema::channel_name(release.channel),
                                     " is halted: ", base::safe_text(halt->second.reason))};
  }

  [[nodiscard]] MaybeRefusal held(const Version& version, const Release& /*release*/,
                                  const Archive& /*archive*/) const {
    const auto& hold = m_input.installed.hold;
    if (is_ordered(m_input) || lifts(Lifted::hold) || !hold || hold->left < version) {
      return std::nullopt;
    }
    return Refusal{Rule::held, cat("you went back from ", hold->left.text(),
                                   ", so nothing is taken until something newer appears")};
  }

  [[nodiscard]] MaybeRefusal pinned(const Version& version, const Release& /*release*/,
                                    const Archive& /*archive*/) const {
    const auto& pin = m_input.config.pin_version;
    if (is_ordered(m_input) || lifts(Lifted::pin) || !pin || version.matches_prefix(*pin)) {
      return std::nullopt;
    }
    return Refusal{Rule::pinned, cat("is outside of the pin ", *pin)};
  }

  [[nodiscard]] MaybeRefusal skipped(const Version& version, const Release& /*release*/,
                                     const Archive& /*archive*/) const {
    const auto& skip = m_input.config.skip_versions;
    if (is_ordered(m_input) || lifts(Lifted::skip) ||
        std::find(skip.begin(), skip.end(), version) == skip.end()) {
      return std::nullopt;
    }
    return Refusal{Rule::skipped, "is in skip_versions"};
  }

  // Holds for orders too: a migration that nobody wrote does not happen.
  [[nodiscard]] MaybeRefusal stepping_stone(const Version& version, const Release& release,
                                            const Archive& /*archive*/) const {
    if (!m_input.installed.current || !release.minimum_upgrade_from ||
        !is_upgrade(m_input, version) ||
        *m_input.installed.current >= *release.minimum_upgrade_from) {
      return std::nullopt;
    }
    return Refusal{Rule::stepping_stone,
                   cat("needs ", release.minimum_upgrade_from->text(), " or newer first")};
  }

  [[nodiscard]] MaybeRefusal breaking(const Version& version, const Release& /*release*/,
                                      const Archive& /*archive*/) const {
    if (!is_unattended(m_input)) return std::nullopt;
    const auto step = breaking_step(m_input, version);
    if (!step) return std::nullopt;
    return Refusal{Rule::breaking, *step == version
                                       ? std::string("has breaking changes")
                                       : cat("comes after breaking changes in ", step->text())};
  }

  [[nodiscard]] MaybeRefusal window(const Version& /*version*/, const Release& release,
                                    const Archive& /*archive*/) const {
    const auto& window = m_input.config.window;
    if (!is_unattended(m_input) || lifts(Lifted::window) || release.critical || !window ||
        window->contains(m_input.local_minute_of_week)) {
      return std::nullopt;
    }
    return Refusal{Rule::window, cat("waits for the window ", window->text())};
  }

  [[nodiscard]] MaybeRefusal rollout(const Version& version, const Release& release,
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

  const PlanInput& m_input;
  bool m_must_go;
  Lifted m_lifted;
};

struct Judgement {
  std::vector<Verdict> verdicts;
  const Verdict* taken = nullptr;
};

Judgement judge_all(const PlanInput& input, const Judge& judge) {
  Judgement out;
  std::optional<std::size_t> taken;
  for (const auto& [version, release] : input.available.releases) {
    Verdict verdict = judge.judge(version, release);
    if (verdict.rule == Rule::taken) {
      if (taken) {
        verdict.rule = Rule::passed_over;
        verdict.reason = cat(out.verdicts[*taken].version.text(), " is newer");
      } else {
        taken = out.verdicts.size();
      }
    }
    out.verdicts.push_back(std::move(verdict));
  }
  if (taken) out.taken = &out.verdicts[*taken];
  return out;
}

bool is_newer_and_refused_by(const PlanInput& input, const Verdict& verdict, Rule first,
                             Rule last) {
  return is_upgrade(input, verdict.version) && verdict.rule >= first && verdict.rule <= last;
}

const Verdict* newest_refused(const PlanInput& input, const std::vector<Verdict>& verdicts,
                              Rule first, Rule last) {
  const auto found = std::find_if(verdicts.begin(), verdicts.end(), [&](const Verdict& verdict) {
    return is_newer_and_refused_by(input, verdict, first, last);
  });
  return found == verdicts.end() ? nullptr : &*found;
}

Install make_install(const PlanInput& input, const Judge& judge, const Judgement& judgement) {
  const Version& version = judgement.taken->version;
  const Release& release = *find_release(input, version);
  const Archive archive = *judge.find_archive(release).first;
  const Verdict* beyond =
      newest_refused(input, judgement.verdicts, Rule::stepping_stone, Rule::stepping_stone);
  return {.version = version,
          .channel = release.channel,
          .platform = archive.platform,
          .entry = *archive.entry,
          .notes = release.notes,
          .release_notes = release.release_notes,
          .breaking = breaking_step(input, version).has_value(),
          .critical = release.critical,
          .downgrade = !is_upgrade(input, version),
          .on_the_way_to = beyond != nullptr && version < beyond->version
                               ? std::optional(beyond->version)
                               : std::nullopt};
}

std::string advice_for(const Verdict& verdict) {
  switch (verdict.rule) {
    case Rule::halted:
    case Rule::held:
    case Rule::pinned:
    case Rule::skipped:
    case Rule::blocked:
      return cat("update --version ", verdict.version.text());
    case Rule::breaking:
    case Rule::window:
    case Rule::rollout:
      return "update";
    case Rule::taken:
    case Rule::not_asked_for:
    case Rule::current:
    case Rule::security_floor:
    case Rule::yanked:
    case Rule::older:
    case Rule::channel:
    case Rule::platform:
    case Rule::requirements:
    case Rule::stepping_stone:
    case Rule::passed_over:
      return "";
  }
  return "";
}

Refused nothing_for_machine(const PlanInput& input) {
  std::vector<std::string> names;
  for (const auto& [version, release] : input.available.releases) {
    for (const auto& [platform, entry] : release.platforms) {
      std::string name(platform.name());
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(std::move(name));
      }
    }
  }
  const auto wanted = schema::platforms_for(input.machine);
  return {Errc::not_found,
          cat("no release has an archive for ",
              wanted.empty() ? std::string_view("this machine") : wanted.front().name(),
              "; there are: ", names.empty() ? "none" : base::join(names, ", "))};
}

UpToDate up_to_date(const PlanInput& input) {
  const std::string current = input.installed.current->text();
  const std::string_view channel = schema::channel_name(input.config.channel);
  if (current_must_go(input)) {
    return {cat("channel ", channel, " has no good release to leave ", current, " for")};
  }
  for (const auto& [version, release] : input.available.releases) {
    if (release.yanked || is_below_floor(input, version) || version > *input.installed.current ||
        !is_seen(input, release)) {
      continue;
    }
    if (version == *input.installed.current) break;
    return {cat(current, " is newer than all of channel ", channel, " and stays until that passes ",
                "it; the newest there is ", version.text(), " (update --version ", version.text(),
                " goes down to it)")};
  }
  return {cat(current, " is the newest of channel ", channel)};
}

std::variant<UpToDate, Install, Held, Refused> nothing_taken(const PlanInput& input,
                                                             const Judgement& judgement) {
  const auto& verdicts = judgement.verdicts;
  const Verdict* held = newest_refused(input, verdicts, Rule::halted, Rule::rollout);
  if (held == nullptr) {
    held = newest_refused(input, verdicts, Rule::platform, Rule::blocked);
    const bool none_fits =
        std::all_of(verdicts.begin(), verdicts.end(), [&](const Verdict& verdict) {
          const Judge judge(input, false, Lifted::nothing);
          return judge.find_archive(*find_release(input, verdict.version)).second.rule ==
                 Rule::platform;
        });
    if (none_fits && !verdicts.empty()) return nothing_for_machine(input);
  }
  if (held != nullptr) return Held{held->version, held->rule, held->reason, advice_for(*held)};
  if (input.installed.current) return up_to_date(input);
  return Refused{Errc::not_found, cat("channel ", schema::channel_name(input.config.channel),
                                      " has no release that may be installed")};
}

// What an order for one version comes to where it was not taken.
std::variant<UpToDate, Install, Held, Refused> order_refused(const PlanInput& input,
                                                             const Judgement& judgement) {
  const Version& wanted = *input.request.version;
  if (input.installed.current == wanted) return UpToDate{cat(wanted.text(), " is installed")};
  if (is_below_floor(input, wanted)) {
    return Refused{Errc::untrusted,
                   cat(wanted.text(), " is below the security floor ",
                       input.available.security_floor->text(), " and is not installed any more")};
  }
  for (const Verdict& verdict : judgement.verdicts) {
    if (verdict.version != wanted) continue;
    const Errc code = verdict.rule == Rule::stepping_stone ? Errc::config : Errc::not_found;
    return Refused{code, cat(wanted.text(), " ", verdict.reason)};
  }
  return Refused{Errc::not_found,
                 cat("there is no version ", wanted.text(), "; list shows what there is")};
}

void note_current(const PlanInput& input, std::vector<std::string>& notices) {
  if (!input.installed.current) return;
  const Version& current = *input.installed.current;
  const Release* release = find_release(input, current);
  if (is_below_floor(input, current)) {
    notices.push_back(cat("the installed ", current.text(), " is below the security floor ",
                          input.available.security_floor->text()));
  }
  if (release != nullptr && release->yanked) {
    notices.push_back(cat("the installed ", current.text(),
                          " was withdrawn: ", base::safe_text(release->yanked->reason)));
  }
  const auto deprecation = input.available.deprecation_notices.find(current);
  if (deprecation != input.available.deprecation_notices.end()) {
    notices.push_back(cat(current.text(), ": ", base::safe_text(deprecation->second)));
  }
  if (input.config.pin_version && !current.matches_prefix(*input.config.pin_version)) {
    notices.push_back(cat("the installed ", current.text(), " is outside of the pin ",
                          *input.config.pin_version, "; nothing goes down to it by itself"));
  }
}

void note_passed_rules(const PlanInput& input, const Judgement& judgement,
                       std::vector<std::string>& notices) {
  for (const Verdict& verdict : judgement.verdicts) {
    const Release& release = *find_release(input, verdict.version);
    if (release.critical && is_newer_and_refused_by(input, verdict, Rule::halted, Rule::skipped)) {
      notices.push_back(
          cat(verdict.version.text(), " is critical and not taken: ", verdict.reason));
    }
  }
  if (judgement.taken == nullptr || !is_ordered(input)) return;
  const Release& release = *find_release(input, judgement.taken->version);
  const auto halt = input.available.halts.find(release.channel);
  if (halt != input.available.halts.end()) {
    notices.push_back(cat("channel ", schema::channel_name(release.channel),
                          " is halted: ", base::safe_text(halt->second.reason)));
  }
}

}  // namespace

std::string_view rule_name(Rule rule) {
  switch (rule) {
    case Rule::taken:
      return "taken";
    case Rule::not_asked_for:
      return "not-asked-for";
    case Rule::current:
      return "current";
    case Rule::security_floor:
      return "security-floor";
    case Rule::yanked:
      return "yanked";
    case Rule::older:
      return "older";
    case Rule::channel:
      return "channel";
    case Rule::platform:
      return "platform";
    case Rule::requirements:
      return "requirements";
    case Rule::blocked:
      return "blocked";
    case Rule::halted:
      return "halted";
    case Rule::held:
      return "held";
    case Rule::pinned:
      return "pinned";
    case Rule::skipped:
      return "skipped";
    case Rule::stepping_stone:
      return "stepping-stone";
    case Rule::breaking:
      return "breaking";
    case Rule::window:
      return "window";
    case Rule::rollout:
      return "rollout";
    case Rule::passed_over:
      return "passed-over";
  }
  return "";
}

Decision make_plan(const PlanInput& input) {
  const bool must_go = !is_ordered(input) && current_must_go(input);
  Decision decision;
  note_current(input, decision.notices);
  for (const Lifted level : kLevels) {
    const Judge judge(input, must_go, level);
    Judgement judgement = judge_all(input, judge);
    const bool is_last = !must_go || level == kLevels.back();
    if (judgement.taken == nullptr && !is_last) continue;
    note_passed_rules(input, judgement, decision.notices);
    if (judgement.taken != nullptr) {
      decision.outcome = make_install(input, judge, judgement);
    } else if (is_ordered(input)) {
      decision.outcome = order_refused(input, judgement);
    } else {
      decision.outcome = nothing_taken(input, judgement);
    }
    decision.verdicts = std::move(judgement.verdicts);
    break;
  }
  return decision;
}

}  // namespace agent
