#include "releaser/trust/policy.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using std::chrono::days;
using std::chrono::hours;

constexpr days kYear{365};
constexpr days kMonth{30};
constexpr days kWeek{7};
constexpr days kDue{60};

bool holds(const std::vector<trust::PublicKey>& keys, const trust::PublicKey& key) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const trust::PublicKey& each) { return each.bytes() == key.bytes(); });
}

// The text of keys was checked when the configuration was read.
std::vector<trust::PublicKey> parse_keys(const std::vector<std::string>& lines) {
  std::vector<trust::PublicKey> keys;
  for (const std::string& line : lines) {
    const auto key = trust::PublicKey::parse(line);
    if (!holds(keys, key)) keys.push_back(key);
  }
  return keys;
}

struct RoleKeys {
  std::vector<trust::PublicKey> root, targets, stable, beta, nightly, online;
};

RoleKeys keys_of(const Config& config) {
  const TrustKeySettings& given = config.trust->keys;
  RoleKeys keys{.root = parse_keys(given.root),
                .targets = parse_keys(given.targets),
                .stable = parse_keys(given.stable),
                .beta = parse_keys(given.beta),
                .nightly = parse_keys(given.nightly),
                .online = parse_keys(given.online)};
  if (keys.targets.empty()) keys.targets = keys.root;
  if (keys.stable.empty() && config.sign && !config.sign->public_key.empty()) {
    keys.stable = parse_keys({config.sign->public_key});
  }
  if (keys.beta.empty()) keys.beta = keys.stable;
  if (keys.online.empty() && config.trust->preset == "ci-stable") keys.online = keys.stable;
  if (keys.nightly.empty()) keys.nightly = keys.online;
  return keys;
}

trust::tuf::Authority authority_of(const std::vector<trust::PublicKey>& keys,
                                   std::uint64_t threshold) {
  trust::tuf::Authority authority{{}, threshold};
  for (const trust::PublicKey& key : keys) {
    const auto& bytes = key.bytes();
    authority.keys.push_back(
        trust::tuf::ed25519_key({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  }
  return authority;
}

// The list that a role's keys stand in.
std::string key_name(std::string_view role) {
  return role == "snapshot" || role == "timestamp" ? "online" : std::string(role);
}

class Checks {
 public:
  Checks(const Config& config, TrustPolicy& policy) : m_config(config), m_policy(policy) {}

  void require_enough(const TrustRole& role, std::size_t planned) {
    const std::size_t threshold = role.authority.threshold;
    const std::string list = key_name(role.name);
    if (role.keys.size() < threshold) {
      add(list, cat(role.name, " needs ", threshold, threshold == 1 ? " key" : " keys", " and has ",
                    role.keys.size(), "; add ", threshold - role.keys.size(), " to `", list,
                    "` in [trust.keys] (`cco-release keys new` makes one)"));
    } else if (role.keys.size() < planned) {
      warn(list, cat(role.name, " has ", role.keys.size(), role.keys.size() == 1 ? " key" : " keys",
                     " of ", planned, ": who loses one can never change keys again; add ",
                     planned - role.keys.size(), " that you keep elsewhere"));
    }
  }

  void forbid_shared(const std::string& list, const std::vector<trust::PublicKey>& keys,
                     const std::vector<trust::PublicKey>& others, std::string_view why) {
    for (const trust::PublicKey& key : keys) {
      if (holds(others, key)) add(list, cat("key ", key.line(), " ", why));
    }
  }

  void require_lifetime(const TrustRole& role) {
    const auto interval = refresh_interval(*m_config.trust);
    if (!interval || role.lifetime >= 3 * *interval) return;
    add_at("trust.refresh",
           cat("`", m_config.trust->refresh, "` leaves ", role.name, " too little time: it lives ",
               role.lifetime.count(), " days with preset ", m_config.trust->preset,
               ", and three refreshes must fit into that; refresh daily"));
  }

  void require_sign_key(const std::vector<trust::PublicKey>& stable) {
    if (!m_config.sign || m_config.sign->public_key.empty() || stable.empty()) return;
    const auto key = trust::PublicKey::parse(m_config.sign->public_key);
    if (holds(stable, key)) return;
    add("stable", cat("`stable` has other keys than `public_key` in [sign], ", key.line(),
                      "; that one signs stable releases, so name it here too"));
  }

 private:
  void add(std::string_view list, const std::string& text) {
    add_at(cat("trust.keys.", list), text);
  }
  void add_at(std::string_view place, const std::string& text) {
    m_policy.problems.push_back(cat(m_config.place(place), ": ", text));
  }
  void warn(std::string_view list, const std::string& text) {
    m_policy.warnings.push_back(cat(m_config.place(cat("trust.keys.", list)), ": ", text));
  }

  const Config& m_config;
  TrustPolicy& m_policy;
};

}  // namespace

const TrustRole& TrustPolicy::role(std::string_view name) const& {
  for (const TrustRole& each : roles) {
    if (each.name == name) return each;
  }
  throw base::Error(base::Errc::internal, cat("no role ", name));
}

std::optional<hours> refresh_interval(const TrustSettings& trust) {
  if (trust.refresh == "daily") return days(1);
  if (trust.refresh == "weekly") return days(7);
  return std::nullopt;
}

TrustPolicy trust_policy(const Config& config) {
  const TrustSettings& trust = *config.trust;
  const bool is_team = trust.preset == "team";
  const auto interval = refresh_interval(trust);
  const RoleKeys keys = keys_of(config);
  TrustPolicy policy;
  Checks checks(config, policy);

  struct Plan {
    std::string_view name;
    const std::vector<trust::PublicKey>& keys;
    std::uint64_t threshold;
    std::size_t planned;
    days lifetime;  // where a refresh is scheduled
  };
  const std::uint64_t offline_threshold = is_team ? 2 : 1;
  const std::size_t offline_keys = is_team ? 3 : 2;
  const std::size_t release_keys = is_team ? 3 : 1;
  for (const Plan& plan :
       {Plan{"root", keys.root, offline_threshold, offline_keys, kYear},
        Plan{"targets", keys.targets, offline_threshold, offline_keys, kYear},
        Plan{"stable", keys.stable, offline_threshold, release_keys, kYear},
        Plan{"beta", keys.beta, offline_threshold, release_keys, kYear},
        Plan{"nightly", keys.nightly, 1, 1, kMonth}, Plan{"snapshot", keys.online, 1, 1, kYear},
        Plan{"timestamp", keys.online, 1, 1, is_team ? kWeek : kMonth}}) {
    TrustRole role{.name = std::string(plan.name),
                   .keys = plan.keys,
                   .authority = authority_of(plan.keys, plan.threshold),
                   .lifetime = interval ? plan.lifetime : kYear,
                   .renew_below = kDue};
    // A timestamp is signed again by each scheduled refresh, but not by a second run soon after.
    if (role.lifetime < kYear) {
      role.renew_below = role.name == "timestamp" ? hours(role.lifetime) - *interval / 2
                                                  : hours(role.lifetime) / 2;
    }
    // One word about a list is enough: snapshot and timestamp have one, and so may others.
    if (role.name != "timestamp") {
      const bool is_root_again = role.name == "targets" && trust.keys.targets.empty();
      const bool is_stable_again = role.name == "beta" && trust.keys.beta.empty();
      const bool is_online_again = role.name == "nightly" && trust.keys.nightly.empty();
      if (!is_root_again && !is_stable_again && !is_online_again) {
        checks.require_enough(role, plan.planned);
      }
    }
    checks.require_lifetime(role);
    policy.roles.push_back(std::move(role));
  }

  constexpr std::string_view kArtifacts =
      "is one of root or targets too; those are offline and sign no releases, so make another";
  for (const auto* const offline : {&keys.root, &keys.targets}) {
    if (offline == &keys.targets && trust.keys.targets.empty()) continue;
    for (const auto& [list, others] :
         {std::pair<std::string, const std::vector<trust::PublicKey>&>{"stable", keys.stable},
          {"beta", keys.beta},
          {"nightly", keys.nightly},
          {"online", keys.online}}) {
      const bool is_fallback = (list == "beta" && trust.keys.beta.empty()) ||
                               (list == "nightly" && trust.keys.nightly.empty()) ||
                               (list == "online" && trust.keys.online.empty());
      if (!is_fallback) checks.forbid_shared(list, others, *offline, kArtifacts);
    }
  }
  if (trust.preset != "ci-stable") {
    const std::string why = cat("is an online one too, so CI could sign releases; preset ",
                                trust.preset, " excludes that: make another, or choose ci-stable");
    std::vector<trust::PublicKey> ci = keys.online;
    ci.insert(ci.end(), keys.nightly.begin(), keys.nightly.end());
    checks.forbid_shared("stable", keys.stable, ci, why);
    if (!trust.keys.beta.empty()) checks.forbid_shared("beta", keys.beta, ci, why);
  }
  checks.require_sign_key(keys.stable);
  if (!config.sign) return policy;
  const std::vector<trust::PublicKey> stolen = parse_keys(config.sign->stolen_public_keys);
  const TrustKeySettings& given = trust.keys;
  for (const auto& [list, lines] :
       {std::pair<std::string, const std::vector<std::string>&>{"root", given.root},
        {"targets", given.targets},
        {"stable", given.stable},
        {"beta", given.beta},
        {"nightly", given.nightly},
        {"online", given.online}}) {
    checks.forbid_shared(list, parse_keys(lines), stolen,
                         "is one of stolen_public_keys in [sign]; put a new one in its place");
  }
  return policy;
}

}  // namespace releaser
