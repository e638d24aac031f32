#include "releaser/doctor/theft.hpp"

#include "base/text.hpp"
#include "releaser/trust/policy.hpp"

#include <algorithm>
#include <string>

namespace releaser {
namespace {

using base::cat;
using Keys = std::vector<trust::PublicKey>;
using Level = Finding::Level;

bool holds(const Keys& keys, const trust::PublicKey& key) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const auto& each) { return each.bytes() == key.bytes(); });
}

void add(Keys& keys, const trust::PublicKey& key) {
  if (!holds(keys, key)) keys.push_back(key);
}

std::string names_of(const Keys& keys) {
  std::vector<std::string> lines;
  lines.reserve(keys.size());
  for (const trust::PublicKey& key : keys)
    lines.push_back(key.line());
  return base::join(lines, " and ");
}

bool is_channel(const TrustRole& role) {
  return role.name == "stable" || role.name == "beta" || role.name == "nightly";
}

bool is_of_product(const TrustPolicy& policy, const trust::PublicKey& key) {
  return std::any_of(policy.roles.begin(), policy.roles.end(),
                     [&](const TrustRole& role) { return holds(role.keys, key); });
}

// How many signatures of a role are still missing to somebody who holds `keys`.
std::uint64_t missing(const TrustRole& role, const Keys& keys) {
  const auto held = std::count_if(role.keys.begin(), role.keys.end(),
                                  [&](const auto& key) { return holds(keys, key); });
  const std::uint64_t threshold = std::max<std::uint64_t>(1, role.authority.threshold);
  return threshold - std::min<std::uint64_t>(threshold, static_cast<std::uint64_t>(held));
}

class Thief {
 public:
  Thief(const TrustPolicy& policy, Keys keys) : m_policy(policy), m_keys(std::move(keys)) {
    for (const TrustRole& role : policy.roles) {
      const bool signs = missing(role, m_keys) == 0;
      if (is_channel(role)) (signs ? m_ships : m_ships_not).push_back(role.name);
    }
  }
  [[nodiscard]] bool may_sign(std::string_view role) const {
    return missing(m_policy.role(role), m_keys) == 0;
  }
  [[nodiscard]] bool is_of(std::string_view role) const {
    const Keys& keys = m_policy.role(role).keys;
    return std::any_of(m_keys.begin(), m_keys.end(),
                       [&](const auto& key) { return holds(keys, key); });
  }
  [[nodiscard]] bool ships(std::string_view channel) const {
    return std::find(m_ships.begin(), m_ships.end(), channel) != m_ships.end();
  }
  [[nodiscard]] const std::vector<std::string>& shipped() const { return m_ships; }
  [[nodiscard]] const std::vector<std::string>& not_shipped() const { return m_ships_not; }

 private:
  const TrustPolicy& m_policy;
  Keys m_keys;
  std::vector<std::string> m_ships, m_ships_not;
};

void add_ci(const TrustPolicy& policy, const Keys& secrets, std::vector<Finding>& findings) {
  const Thief thief(policy, secrets);
  const auto say = [&](Level level, const std::string& text) {
    findings.push_back({level, "theft", cat("with the CI secret ", text), base::Errc::done});
  };
  if (!thief.shipped().empty()) {
    say(thief.ships("stable") ? Level::warning : Level::note,
        cat(names_of(secrets), " a thief ships any program as ",
            base::join(thief.shipped(), " and "), ", once he can write to the site too"));
  }
  if (thief.may_sign("root") || thief.may_sign("targets")) {
    say(Level::warning,
        "he names new keys for everything, and so ships everything; the way back is a new root "
        "key and `cco-release trust rotate`, before he does");
    return;
  }
  if (!thief.not_shipped().empty()) {
    say(Level::ok, cat("he ships no ", base::join(thief.not_shipped(), " and no "),
                       "; he can keep users from newer releases, for ",
                       policy.role("stable").lifetime.count(), " days at most"));
  }
  if (thief.is_of("root")) {
    say(Level::warning, cat("he changes no keys while ", missing(policy.role("root"), secrets),
                            " more of root's keys stay away from him"));
    return;
  }
  say(Level::ok, "he changes no keys; the way back is another key and `cco-release trust rotate`");
}

std::string alone(const TrustPolicy& policy, const trust::PublicKey& key) {
  const Thief thief(policy, {key});
  if (thief.may_sign("root")) {
    return "can name new keys for everything, and so ship everything: keep it offline";
  }
  if (thief.is_of("root")) {
    return cat("does nothing: root needs ", missing(policy.role("root"), {key}),
               " more of its keys");
  }
  if (thief.may_sign("targets")) return "can name new keys for channels, with the online key";
  if (!thief.shipped().empty()) {
    const std::string what = cat("can ship any program as ", base::join(thief.shipped(), " and "));
    return thief.may_sign("timestamp")
               ? cat(what, ", once he can write to the site")
               : cat(what,
                     " only together with the online key and the site, for updaters; people "
                     "who check with minisign believe him at once");
  }
  for (const std::string& channel : thief.not_shipped()) {
    if (!thief.is_of(channel)) continue;
    return cat("ships nothing alone: ", channel, " needs ", missing(policy.role(channel), {key}),
               " more of its keys");
  }
  return thief.may_sign("timestamp") ? "can keep users from newer releases, and ship nothing"
                                     : "signs nothing";
}

}  // namespace

std::vector<Finding> what_a_thief_could_do(const Config& config,
                                           const std::optional<trust::PublicKey>& seen_in_ci) {
  std::vector<Finding> findings;
  const auto say = [&](Level level, std::string text) {
    findings.push_back({level, "theft", std::move(text), base::Errc::done});
  };
  if (!config.trust) {
    say(Level::warning,
        cat("there is no [trust]: who steals the key ", config.sign->public_key,
            " and can write to the site ships any program to everybody, and nobody can be told "
            "that the key counts no more; `cco-release trust init` changes that"));
    return findings;
  }
  const TrustPolicy policy = trust_policy(config);
  Keys ci;
  for (const std::string_view role : {"timestamp", "snapshot", "nightly"}) {
    for (const trust::PublicKey& key : policy.role(role).keys)
      add(ci, key);
  }
  if (seen_in_ci && is_of_product(policy, *seen_in_ci)) add(ci, *seen_in_ci);
  if (!ci.empty()) add_ci(policy, ci, findings);
  Keys others;
  for (const TrustRole& role : policy.roles) {
    for (const trust::PublicKey& key : role.keys) {
      if (!holds(ci, key)) add(others, key);
    }
  }
  for (const trust::PublicKey& key : others) {
    const bool is_root_alone = Thief(policy, {key}).may_sign("root");
    say(is_root_alone ? Level::note : Level::ok,
        cat("the key ", key.line(), " alone ", alone(policy, key)));
  }
  say(Level::note,
      "whoever controls the machine that builds chooses the bytes, whatever the keys are; a holder "
      "who builds again before signing (`publish --sign-only --rebuild`) would see it");
  return findings;
}

}  // namespace releaser
