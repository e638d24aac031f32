#include "agent/plan.hpp"

#include "agent/judge.hpp"
#include "agent/policy.hpp"
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

// Tried one after the other until there is somewhere to go.
constexpr std::array kLevels{Lifted::nothing, Lifted::rollout, Lifted::window, Lifted::skip,
                             Lifted::pin,     Lifted::hold,    Lifted::halt};

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

// Of those that would be good for this machine otherwise.
const Verdict* newest_kept_by_policy(const PlanInput& input, const std::vector<Verdict>& verdicts) {
  const auto found = std::find_if(verdicts.begin(), verdicts.end(), [&](const Verdict& verdict) {
    const Release& release = *find_release(input, verdict.version);
    return is_newer_and_refused_by(input, verdict, Rule::policy, Rule::policy) && !release.yanked &&
           !is_below_floor(input, verdict.version) && is_seen(input, release);
  });
  return found == verdicts.end() ? nullptr : &*found;
}

Install make_install(const PlanInput& input, const Judge& judge, const Judgement& judgement) {
  const Version& version = judgement.taken->version;
  const Release& release = *find_release(input, version);
  const Judge::Archive archive = *judge.find_archive(release).first;
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
          .downgrade = input.installed.current && version < *input.installed.current,
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
    case Rule::policy:
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
        !is_seen(input, release) ||
        policy_objection(input.config.policy, version, release.channel)) {
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
  if (held == nullptr) held = newest_kept_by_policy(input, verdicts);
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

// A damaged version that is not to be had any more must not pass for all well.
std::optional<Refused> damaged_for_good(const PlanInput& input) {
  if (!input.installed.current_is_damaged) return std::nullopt;
  return Refused{Errc::not_found,
                 cat("the installed ", input.installed.current->text(),
                     " is damaged, and the site has neither it nor a newer one to take; update "
                     "--version V takes another, list shows what there is")};
}

// Whoever has nothing installed yet has no `list` to ask.
std::string no_such_version(const Version& wanted, const Judgement& judgement) {
  constexpr std::size_t kMost = 10;
  std::vector<std::string> known;
  for (const Verdict& verdict : judgement.verdicts) {
    if (known.size() == kMost) {
      known.emplace_back("…");
      break;
    }
    known.push_back(verdict.version.text());
  }
  return cat("there is no version ", wanted.text(),
             known.empty() ? "" : "; there are: ", base::join(known, ", "));
}

// What an order for one version comes to where it was not taken.
std::variant<UpToDate, Install, Held, Refused> order_refused(const PlanInput& input,
                                                             const Judgement& judgement) {
  const Version& wanted = *input.request.version;
  if (input.installed.current == wanted) return UpToDate{cat(wanted.text(), " is installed")};
  const Release* release = find_release(input, wanted);
  if (release != nullptr) {
    const auto objection = policy_objection(input.config.policy, wanted, release->channel);
    if (objection) return Refused{Errc::config, cat(wanted.text(), " ", *objection)};
  }
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
  return Refused{Errc::not_found, no_such_version(wanted, judgement)};
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
  const schema::Channel channel =
      release != nullptr ? release->channel : schema::channel_of(current);
  if (const auto objection = policy_objection(input.config.policy, current, channel)) {
    notices.push_back(
        cat("the installed ", current.text(), " ", *objection, "; nothing goes down by itself"));
  } else if (input.config.pin_version && !current.matches_prefix(*input.config.pin_version)) {
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
    } else if (const auto refused = damaged_for_good(input); refused && !is_ordered(input)) {
      decision.outcome = *refused;
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
