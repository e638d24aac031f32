#include "releaser/trust/trust_report.hpp"

#include "base/text.hpp"
#include "releaser/trust/ceremony.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using std::chrono::days;
using std::chrono::hours;
using trust::tuf::Authority;
using trust::tuf::RoleType;

struct Term {
  hours lifetime = days(365);
  hours due_before = days(60);
};

// When is a role due? What a schedule renews is due where one run of it did not come.
Term term_of(const TrustPolicy* policy, const Config* config, std::string_view role) {
  Term term;
  if (policy == nullptr) return term;
  const TrustRole& rule = policy->role(role);
  term.lifetime = rule.lifetime;
  term.due_before = rule.renew_below;
  const auto interval = refresh_interval(*config->trust);
  if (interval && term.lifetime < days(365)) {
    term.due_before = std::min(rule.renew_below, term.lifetime - *interval) - *interval;
  }
  return term;
}

RoleState state_of(base::Time expires, const Term& term, base::Time now) {
  if (expires <= now) return RoleState::expired;
  if (expires - now < alarm_before(term.lifetime)) return RoleState::late;
  return expires - now < term.due_before ? RoleState::due : RoleState::good;
}

class Builder {
 public:
  Builder(const TrustFolder& folder, const Config* config, base::Time now)
      : m_folder(folder), m_config(config), m_now(now) {
    if (config == nullptr) return;
    m_policy = trust_policy(*config);
  }

  void add(const std::string& role, const std::string& place, std::uint64_t version,
           std::optional<base::Time> expires) {
    RoleReport report{.role = role, .place = place, .version = version, .expires = expires};
    report.authority = authority_of(role);
    for (const trust::tuf::Key& key : report.authority.keys)
      report.keys.push_back(m_folder.names.name(key));
    if (expires) {
      report.days_left = std::chrono::floor<days>(*expires - m_now).count();
      report.state =
          state_of(*expires, term_of(m_policy ? &*m_policy : nullptr, m_config, role), m_now);
    }
    m_report.roles.push_back(std::move(report));
  }

  TrustReport finish(const std::vector<PublicTrust>& places) {
    find_late();
    bool all_are_known = true;
    for (const PublicTrust& place : places) {
      if (place.problem.empty()) continue;
      tell(place.problem);
      all_are_known = false;
    }
    tell_ceremony();
    tell_expiry();
    // Where more may be public than the folder knows, another root of that version would be one too
    // many.
    if (all_are_known) tell_configuration();
    tell_places(places);
    return std::move(m_report);
  }

 private:
  [[nodiscard]] Authority authority_of(const std::string& role) const {
    for (const RoleType type : trust::tuf::kRoleTypes) {
      if (role_name(type) == role) {
        return m_folder.root ? m_folder.root->roles.at(type) : Authority{};
      }
    }
    const trust::tuf::Delegation* const channel =
        m_folder.targets ? m_folder.targets->find_delegation(role) : nullptr;
    return channel == nullptr ? Authority{} : channel->authority;
  }

  void find_late() {
    for (const RoleReport& role : m_report.roles) {
      if (role.state != RoleState::late && role.state != RoleState::expired) continue;
      if (!m_report.late || *role.expires < *m_report.late->expires) m_report.late = role;
    }
  }

  void tell(const std::string& what) {
    const auto& next = m_report.next;
    if (std::find(next.begin(), next.end(), what) == next.end()) m_report.next.push_back(what);
  }

  void tell_ceremony() {
    if (!m_folder.draft) return;
    m_report.has_ceremony = true;
    m_report.missing = missing_signatures_of(m_folder);
    for (const std::string& line : m_report.missing)
      tell(cat(line, ": cco-release trust sign"));
    if (m_report.missing.empty()) tell("everything is signed: cco-release trust finalize");
  }

  void tell_configuration() {
    if (!m_policy) return;
    for (const std::string& problem : m_policy->problems)
      tell(cat("mend ", problem));
    if (m_folder.draft || !m_policy->problems.empty()) return;
    const auto draft = make_draft(m_config->product.name, *m_policy, &m_folder, m_now);
    if (!draft) return;
    std::vector<std::string> names;
    for (const DraftFile& file : draft->files)
      names.push_back(file.name);
    tell(cat("the configuration, or time, asks for ", base::join(names, " and "),
             ": cco-release trust rotate"));
  }

  void tell_places(const std::vector<PublicTrust>& places) {
    for (const PublicTrust& place : places) {
      if (!place.problem.empty()) continue;
      if (!place.elsewhere.empty()) {
        m_report.notes.push_back(place.elsewhere);
        continue;
      }
      if (place.roles.empty()) {
        tell(cat(place.place, " shows no metadata yet: cco-release publish"));
        continue;
      }
      const auto targets =
          std::find_if(place.roles.begin(), place.roles.end(),
                       [](const PublicTrust::Role& role) { return role.name == "targets"; });
      const bool has_old_targets = m_folder.targets && targets != place.roles.end() &&
                                   targets->version < m_folder.targets->version;
      if (place.roots < m_folder.roots.size() || has_old_targets) {
        tell(cat(place.place,
                 " does not show the newest root and targets: cco-release trust "
                 "refresh"));
      }
    }
  }

  void tell_expiry() {
    for (const RoleReport& role : m_report.roles) {
      if (role.state == RoleState::good) continue;
      const std::string when =
          role.state == RoleState::expired
              ? cat(role.role, " of ", role.place, " has expired: ")
              : cat(role.role, " of ", role.place, " expires in ", role.days_left,
                    role.days_left == 1 ? " day: " : " days: ");
      const bool is_offline = role.role == "root" || role.role == "targets";
      const bool is_online = role.role == "snapshot" || role.role == "timestamp";
      if (is_offline && m_folder.draft) continue;  // the ceremony is what to do
      if (is_offline) {
        tell(when + "cco-release trust rotate, and its holders sign");
      } else if (is_online) {
        tell(when + "cco-release trust refresh with the online key");
      } else {
        tell(when + "cco-release trust refresh with a key of that channel, or publish to it");
      }
    }
  }

  const TrustFolder& m_folder;
  const Config* m_config;
  base::Time m_now;
  std::optional<TrustPolicy> m_policy;
  TrustReport m_report;
};

}  // namespace

std::string_view state_name(RoleState state) {
  switch (state) {
    case RoleState::good:
      return "good";
    case RoleState::due:
      return "due";
    case RoleState::late:
      return "late";
    case RoleState::expired:
      return "expired";
  }
  return "";
}

hours alarm_before(hours lifetime) { return std::min<hours>(days(7), lifetime / 2); }

TrustReport make_trust_report(const TrustFolder& folder, const Config* config,
                              const std::vector<PublicTrust>& places, base::Time now) {
  Builder builder(folder, config, now);
  if (folder.root) {
    builder.add("root", "trust", folder.root->version, folder.root->expires);
    builder.add("targets", "trust", folder.targets->version, folder.targets->expires);
  }
  // Of channels and online roles the folder knows the keys alone.
  const bool shows_none = std::all_of(places.begin(), places.end(),
                                      [](const auto& place) { return place.roles.empty(); });
  if (shows_none && folder.targets) {
    for (const trust::tuf::Delegation& channel : folder.targets->delegations)
      builder.add(channel.name, "", 0, std::nullopt);
    builder.add("snapshot", "", 0, std::nullopt);
    builder.add("timestamp", "", 0, std::nullopt);
  }
  for (const PublicTrust& place : places) {
    for (const PublicTrust::Role& role : place.roles)
      builder.add(role.name, place.place, role.version, role.expires);
  }
  return builder.finish(places);
}

}  // namespace releaser
