#include "releaser/doctor/site_health.hpp"

#include "base/text.hpp"
#include "releaser/trust/policy.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using Level = Finding::Level;

constexpr std::chrono::hours kOtherClocks{24};

const PublicTrust::Role* find_role(const SiteHealth& site, std::string_view name) {
  const auto found = std::find_if(site.roles.begin(), site.roles.end(),
                                  [&](const auto& role) { return role.name == name; });
  return found == site.roles.end() ? nullptr : &*found;
}

// When something was last signed there. Metadata says only until when it is good.
std::optional<base::Time> last_signed(const SiteHealth& site, const Config& config) {
  const PublicTrust::Role* const timestamp = find_role(site, "timestamp");
  if (timestamp == nullptr || !config.trust) return site.newest_manifest;
  const TrustPolicy policy = trust_policy(config);
  return timestamp->expires - policy.role("timestamp").lifetime;
}

}  // namespace

std::vector<Finding> judge_site(const SiteHealth& site, const Config& config, base::Time now,
                                std::optional<std::chrono::seconds> max_age) {
  std::vector<Finding> findings;
  const auto say = [&](Level level, const std::string& text, Errc code = Errc::done) {
    findings.push_back({level, "site", cat(site.url, ": ", text), code});
  };
  say(Level::ok, cat("a new user gets ", base::join(site.versions, ", "), "; ", site.files,
                     " files are what the signatures say"));
  const PublicTrust::Role* const timestamp = find_role(site, "timestamp");
  if (timestamp != nullptr && site.own_timestamp && timestamp->version < *site.own_timestamp) {
    say(Level::error,
        cat("users get version ", timestamp->version,
            " of timestamp.json, and the destination has ", *site.own_timestamp,
            ": a host or a cache in between shows an older site; let it ask again for "
            "timestamp.json"),
        Errc::untrusted);
  }
  const auto moment = last_signed(site, config);
  if (moment && timestamp != nullptr && config.trust && *moment > now + kOtherClocks) {
    // How long ago that was nobody can tell.
    say(max_age ? Level::error : Level::warning,
        cat("timestamp.json is good until ", base::format_date(timestamp->expires),
            ", which is longer than [trust] says, so that its age is not known, and users could be "
            "kept at this state until then; run cco-release trust refresh"),
        max_age ? Errc::expired : Errc::done);
  } else if (moment) {
    // A clock may be a little behind.
    const auto age = std::max(std::chrono::seconds(0), std::chrono::seconds(now - *moment));
    const std::string text = cat("last signed ", describe_age(age), " ago");
    if (!max_age) {
      say(Level::ok, text);
    } else if (age <= *max_age) {
      say(Level::ok, cat(text, " (at most ", describe_age(*max_age), ')'));
    } else {
      say(Level::error,
          cat(text, ", which is more than ", describe_age(*max_age),
              config.trust ? "; see why the scheduled `cco-release trust refresh` did not run"
                           : "; publish"),
          Errc::expired);
    }
  }
  return findings;
}

std::vector<Finding> judge_expiry(const TrustReport& report) {
  std::vector<Finding> findings;
  bool all_are_good = true;
  for (const RoleReport& role : report.roles) {
    if (!role.expires || role.state == RoleState::good) continue;
    all_are_good = false;
    const bool fails = role.state == RoleState::late || role.state == RoleState::expired;
    findings.push_back({fails ? Level::error : Level::warning, "trust",
                        cat(role.role, " of ", role.place,
                            role.state == RoleState::expired ? " expired on " : " expires on ",
                            base::format_date(*role.expires)),
                        fails ? Errc::expired : Errc::done});
  }
  if (all_are_good && !report.roles.empty()) {
    findings.push_back({Level::ok, "trust", "nothing expires soon", Errc::done});
  }
  for (const std::string& note : report.notes)
    findings.push_back({Level::note, "trust", note, Errc::done});
  for (const std::string& next : report.next)
    findings.push_back({Level::warning, "trust", cat("to be done: ", next), Errc::done});
  return findings;
}

}  // namespace releaser
