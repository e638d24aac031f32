#include "releaser/metadata/plan_metadata.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/signing/metadata_writer.hpp"

#include <algorithm>
#include <optional>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace tuf = trust::tuf;
constexpr std::chrono::hours kOtherClocks{24};

ParsedTrust read_trust(const WantedMetadata& wanted) {
  ParsedTrust trusted = parse_trust(wanted.trust);
  for (const auto& [name, expires] :
       {std::pair("root", trusted.root.expires), std::pair("targets", trusted.targets.expires)}) {
    if (expires > wanted.now) continue;
    throw Error(Errc::expired,
                cat(name, " of the trust folder expired at ", base::format_time(expires),
                    "; sign a new one (cco-release trust rotate)"));
  }
  return trusted;
}

void check_targets_version(const PublicMetadata& before, const WantedMetadata& wanted,
                           const tuf::Targets& targets) {
  if (!before.set) return;
  const std::uint64_t known = before.set->targets.version;
  if (known > targets.version) {
    throw Error(Errc::conflict,
                cat("targets.json of the trust folder has version ", targets.version, ", but ",
                    known, " is public; bring the trust folder up to date (git pull)"));
  }
  if (known == targets.version && before.set->targets_bytes != wanted.trust.targets) {
    throw Error(Errc::conflict,
                cat("targets.json of the trust folder has the version ", known,
                    " that is public, but other bytes; give what changed a version of its own "
                    "(cco-release trust rotate)"));
  }
}

std::size_t count_at_hand(const tuf::Authority& authority, const KeyAtHand& at_hand) {
  std::set<std::string> values;
  for (const tuf::Key& key : authority.keys) {
    if (at_hand(key)) values.insert(tuf::identity_of(key));
  }
  return values.size();
}

bool has_same_content(const tuf::Targets& left, const tuf::Targets& right) {
  return tuf::write_targets({{1, {}}, left.files, left.delegations}) ==
         tuf::write_targets({{1, {}}, right.files, right.delegations});
}

bool has_same_files(const tuf::Snapshot& left, const tuf::Snapshot& right) {
  return tuf::write_snapshot({{1, {}}, left.files}) == tuf::write_snapshot({{1, {}}, right.files});
}

std::uint64_t version_after(std::uint64_t version, std::string_view role) {
  constexpr std::uint64_t kLast = std::uint64_t{1} << 53U;
  if (version < kLast) return version + 1;
  throw Error(Errc::conflict, cat(role,
                                  " is public with the last version that there is; change "
                                  "the keys of snapshot and timestamp, and publish into an "
                                  "empty metadata folder"));
}

class Planner {
 public:
  Planner(const PublicMetadata& before, const WantedMetadata& wanted, const KeyAtHand& at_hand)
      : m_before(before), m_wanted(wanted), m_at_hand(at_hand), m_trusted(read_trust(wanted)) {
    check_targets_version(before, wanted, m_trusted.targets);
  }

  MetadataPlan make() {
    for (std::uint64_t version = 1; version <= m_wanted.trust.roots.size(); ++version)
      m_plan.roots.push_back({root_file(version), m_wanted.trust.roots[version - 1]});
    m_plan.has_public_root = m_before.roots > 0;
    m_plan.top_targets_version = m_trusted.targets.version;
    m_plan.top_targets = {role_file("targets", m_plan.top_targets_version), m_wanted.trust.targets};
    for (const auto& [channel, manifest] : m_wanted.manifests) {
      const tuf::Delegation* const delegation = m_trusted.targets.find_delegation(channel);
      if (delegation != nullptr && delegation->covers(target_name(channel))) continue;
      throw Error(Errc::config,
                  cat("targets.json of the trust folder delegates nothing to channel ", channel,
                      "; give it keys in [trust.keys] and sign new targets (cco-release trust "
                      "rotate)"));
    }
    for (const tuf::Delegation& delegation : m_trusted.targets.delegations)
      plan_channel(delegation);
    plan_snapshot();
    plan_timestamp();
    return std::move(m_plan);
  }

 private:
  [[nodiscard]] const RoleTerm& term(std::string_view role) const {
    const auto found = m_wanted.terms.find(role);
    if (found == m_wanted.terms.end()) throw Error(Errc::internal, cat("no term of ", role));
    return found->second;
  }
  [[nodiscard]] base::Time expiry_of_new(std::string_view role) const {
    return m_wanted.now + term(role).lifetime;
  }
  [[nodiscard]] bool is_near_expiry(base::Time expires, std::string_view role) const {
    return expires - m_wanted.now < term(role).renew_below;
  }
  // Of before the schedule became shorter: whoever keeps it back could show it as long as that.
  [[nodiscard]] bool is_good_too_long(base::Time expires, std::string_view role) const {
    return expires - m_wanted.now > term(role).lifetime + kOtherClocks;
  }
  [[nodiscard]] static std::string reason_of_time(base::Time expires) {
    return cat("it expires at ", base::format_time(expires));
  }

  // The next version of a role, which is that of what a stopped run left where it is what this run
  // would sign, and else the first whose name nobody took: whoever asked for a name may hold its
  // bytes for ever.
  template <class Content, class IsWanted>
  void sign_or_take_over(PlannedRole& role, std::size_t max_bytes,
                         Content (*parse)(const tuf::Envelope&), const IsWanted& is_wanted) {
    role.version = version_after(m_before.last_version(role.name), role.name);
    const auto left = m_before.unverified_left.find(role.name);
    if (left == m_before.unverified_left.end()) return;
    for (const auto& [version, bytes] : left->second) {
      if (version != role.version) continue;
      if (bytes.size() == 1) {
        const auto content = good_content(role, *bytes.begin(), max_bytes, parse);
        if (content && is_wanted(*content)) {
          keep(role, *bytes.begin(), *content);
          return;
        }
      }
      role.version = version_after(role.version, role.name);
    }
  }

  template <class Content>
  [[nodiscard]] std::optional<Content> good_content(const PlannedRole& role,
                                                    const std::string& unverified,
                                                    std::size_t max_bytes,
                                                    Content (*parse)(const tuf::Envelope&)) const {
    const auto has_signed = [&](const tuf::Authority& authority) {
      return is_signed_by(unverified, authority, max_bytes);
    };
    if (!has_signed(role.authority)) return std::nullopt;
    if (!std::all_of(role.former.begin(), role.former.end(), has_signed)) return std::nullopt;
    try {
      Content content = parse(tuf::parse_envelope(unverified, max_bytes));
      if (content.version != role.version || is_near_expiry(content.expires, role.name)) {
        return std::nullopt;
      }
      return content;
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  // Something newer was public once, and a person said that it goes on from here.
  [[nodiscard]] std::optional<std::string> reason_of_going_back(std::string_view role) const {
    const auto back = m_before.gone_back.find(role);
    if (back == m_before.gone_back.end()) return std::nullopt;
    return cat("it went back from version ", back->second.from);
  }

  // Of the roots from the one that is public to the newest, those who signed for a role and do not
  // any more.
  [[nodiscard]] std::vector<tuf::Authority> former_at_hand(tuf::RoleType type) const {
    std::vector<tuf::Authority> former;
    if (m_before.roots == 0) return former;
    std::set<std::string> known{m_trusted.root.roles.at(type).fingerprint()};
    for (std::size_t index = m_before.roots - 1; index + 1 < m_wanted.trust.roots.size(); ++index) {
      const tuf::Root root =
          tuf::parse_root(tuf::parse_envelope(m_wanted.trust.roots[index], tuf::kByteLimits.root));
      const tuf::Authority& authority = root.roles.at(type);
      if (!known.insert(authority.fingerprint()).second) continue;
      if (count_at_hand(authority, m_at_hand) >= authority.threshold) former.push_back(authority);
    }
    return former;
  }

  void keep(PlannedRole& role, std::string bytes, const tuf::Header& header) {
    role.reason.clear();
    role.bytes = std::move(bytes);
    role.version = header.version;
    role.expires = header.expires;
    role.is_public = true;
  }

  void plan_channel(const tuf::Delegation& delegation) {
    const auto wanted = m_wanted.manifests.find(delegation.name);
    const MetadataSet::Role* before = nullptr;
    if (m_before.set) {
      const auto found = m_before.set->channels.find(delegation.name);
      if (found != m_before.set->channels.end()) before = &found->second;
    }
    if (wanted == m_wanted.manifests.end() && before == nullptr) return;
    PlannedRole role{.name = delegation.name,
                     .version = 0,
                     .reason = {},
                     .bytes = {},
                     .is_public = false,
                     .authority = delegation.authority,
                     .former = {},
                     .expires = expiry_of_new(delegation.name),
                     .content = {}};
    if (wanted == m_wanted.manifests.end()) {
      carry_over(role, *before);
    } else {
      list_manifest(role, wanted->second);
    }
    if (before == nullptr) {
      role.reason = "it is new";
    } else {
      decide_channel(role, *before, wanted != m_wanted.manifests.end());
    }
    if (role.has_to_be_signed()) {
      sign_or_take_over(
          role, tuf::kByteLimits.targets, &tuf::parse_targets,
          [&](const tuf::Targets& left) { return has_same_content(left, role.content); });
    }
    if (role.has_to_be_signed()) take_drafted(role);
    m_plan.channels.push_back(std::move(role));
  }

  void take_drafted(PlannedRole& role) const {
    const auto drafted = m_wanted.drafted.find(role.name);
    if (drafted == m_wanted.drafted.end()) return;
    const tuf::Header& header = drafted->second;
    constexpr std::chrono::hours kClocksDiffer{24};
    // Who made the draft may remember more than this machine; no more than a few versions are given
    // away for that, since there is a last one.
    constexpr std::uint64_t kMaxSkipped = 1000;
    if (header.version < role.version || header.version - role.version > kMaxSkipped) {
      throw Error(Errc::conflict, cat("the draft is out of date: it has version ", header.version,
                                      " of the metadata of ", role.name, ", and ", role.version,
                                      " is next; make the draft again, and let it be signed"));
    }
    if (header.expires <= m_wanted.now || header.expires > role.expires + kClocksDiffer) {
      throw Error(Errc::conflict,
                  cat("the draft's metadata of ", role.name, " is good until ",
                      base::format_time(header.expires), ", and ", base::format_time(role.expires),
                      " would be right; make the draft again, and let it be signed"));
    }
    role.version = header.version;
    role.expires = header.expires;
  }

  void list_manifest(PlannedRole& role, const std::string& manifest) {
    const std::string name = target_name(role.name);
    const tuf::TargetFile target = tuf::describe_target(manifest);
    m_plan.targets.push_back({target_file(target.hashes.at("sha256"), name), manifest});
    role.content.files.emplace(name, target);
  }

  // What a channel goes on to list: its manifest alone, and that only where keys of now have signed
  // for it, or it is ours.
  void carry_over(PlannedRole& role, const MetadataSet::Role& before) {
    if (!before.manifest) return;
    const bool is_known =
        is_signed_by(before.bytes, role.authority, tuf::kByteLimits.targets) ||
        (m_wanted.is_ours && m_wanted.is_ours(role.name, before.manifest->bytes()));
    if (is_known) list_manifest(role, before.manifest->bytes());
  }

  void decide_channel(PlannedRole& role, const MetadataSet::Role& before, bool is_wanted) {
    const base::Time expires = before.content.expires;
    if (is_wanted && !has_same_content(before.content, role.content)) {
      role.reason = "its manifest changes";
    } else if (!is_signed_by(before.bytes, role.authority, tuf::kByteLimits.targets)) {
      role.reason = "its keys changed";
      if (before.manifest && role.content.files.empty()) {
        role.reason += ", and what it listed is not known to be ours, so that it lists nothing";
        m_plan.warnings.push_back(
            cat("the keys of channel ", role.name,
                " changed, and the manifest that is public by the old ones is not in dist/: it is "
                "withdrawn; publish to the channel with its new key"));
      }
    } else if (auto back = reason_of_going_back(role.name)) {
      role.reason = std::move(*back);
    } else if (is_near_expiry(expires, role.name)) {
      role.reason = reason_of_time(expires);
      if (count_at_hand(role.authority, m_at_hand) >= role.authority.threshold) return;
      m_plan.warnings.push_back(
          cat("the metadata of channel ", role.name,
              expires > m_wanted.now ? " expires at " : " expired at ", base::format_time(expires),
              ", and its key is not at hand; run cco-release trust refresh with that key"));
      keep(role, before.bytes, before.content);
    } else {
      keep(role, before.bytes, before.content);
    }
  }

  [[nodiscard]] std::uint64_t known_version(std::string_view role) const {
    if (!m_before.set) return 0;
    const auto file = m_before.set->snapshot.files.find(cat(role, ".json"));
    return file == m_before.set->snapshot.files.end() ? 0 : file->second.version;
  }

  // What has expired is no good to anybody.
  bool stays(const PlannedRole& role, base::Time expires) {
    if (!m_wanted.may_stay || expires <= m_wanted.now) return false;
    if (count_at_hand(role.authority, m_at_hand) >= role.authority.threshold) return false;
    m_plan.warnings.push_back(cat("the metadata of ", role.name, " expires at ",
                                  base::format_time(expires),
                                  ", and its key is not at hand; run cco-release trust refresh "
                                  "with that key"));
    return true;
  }

  void plan_snapshot() {
    PlannedRole& role = m_plan.snapshot;
    role.name = "snapshot";
    role.authority = m_trusted.root.roles.at(tuf::RoleType::snapshot);
    role.expires = expiry_of_new(role.name);
    if (m_before.set) {
      for (const auto& [file, meta] : m_before.set->snapshot.files) {
        if (file == "targets.json") continue;
        const std::string_view name = std::string_view(file).substr(0, file.size() - 5);
        const bool is_planned =
            std::any_of(m_plan.channels.begin(), m_plan.channels.end(),
                        [&](const PlannedRole& channel) { return channel.name == name; });
        if (!is_planned) m_plan.remembered.emplace(file, meta);
      }
    }
    role.former = former_at_hand(tuf::RoleType::snapshot);
    if (!m_before.set) {
      role.reason = "it is new";
    } else if (const auto changed = std::find_if(m_plan.channels.begin(), m_plan.channels.end(),
                                                 [&](const PlannedRole& channel) {
                                                   return channel.version !=
                                                          known_version(channel.name);
                                                 });
               changed != m_plan.channels.end()) {
      role.reason = cat(changed->name, " changes");
    } else if (m_plan.top_targets_version != m_before.set->targets.version) {
      role.reason = "targets changes";
    } else if (!is_signed_by(m_before.set->snapshot_bytes, role.authority,
                             tuf::kByteLimits.snapshot)) {
      role.reason = "its keys changed";
    } else if (auto back = reason_of_going_back(role.name)) {
      role.reason = std::move(*back);
    } else if (is_near_expiry(m_before.set->snapshot.expires, role.name) &&
               !stays(role, m_before.set->snapshot.expires)) {
      role.reason = reason_of_time(m_before.set->snapshot.expires);
    } else {
      keep(role, m_before.set->snapshot_bytes, m_before.set->snapshot);
      return;
    }
    const bool all_are_signed =
        std::none_of(m_plan.channels.begin(), m_plan.channels.end(),
                     [](const auto& each) { return each.has_to_be_signed(); });
    sign_or_take_over(role, tuf::kByteLimits.snapshot, &tuf::parse_snapshot,
                      [&](const tuf::Snapshot& left) {
                        return all_are_signed && has_same_files(left, snapshot_of(m_plan));
                      });
  }

  void plan_timestamp() {
    PlannedRole& role = m_plan.timestamp;
    role.name = "timestamp";
    role.authority = m_trusted.root.roles.at(tuf::RoleType::timestamp);
    role.expires = expiry_of_new(role.name);
    role.former = former_at_hand(tuf::RoleType::timestamp);
    role.version = version_after(m_before.last_version(role.name), role.name);
    if (!m_before.set) {
      role.reason = "it is new";
    } else if (m_plan.snapshot.version != m_before.set->snapshot.version) {
      role.reason = "snapshot changes";
    } else if (!is_signed_by(m_before.set->timestamp_bytes, role.authority,
                             tuf::kByteLimits.timestamp)) {
      role.reason = "its keys changed";
    } else if (auto back = reason_of_going_back(role.name)) {
      role.reason = std::move(*back);
    } else if (is_near_expiry(m_before.set->timestamp.expires, role.name) &&
               !stays(role, m_before.set->timestamp.expires)) {
      role.reason = reason_of_time(m_before.set->timestamp.expires);
    } else if (is_good_too_long(m_before.set->timestamp.expires, role.name)) {
      role.reason = cat("it is good until ", base::format_time(m_before.set->timestamp.expires),
                        ", which is longer than [trust] says");
    } else {
      keep(role, m_before.set->timestamp_bytes, m_before.set->timestamp);
    }
  }

  const PublicMetadata& m_before;
  const WantedMetadata& m_wanted;
  const KeyAtHand& m_at_hand;
  ParsedTrust m_trusted;
  MetadataPlan m_plan;
};

}  // namespace

std::vector<const PlannedRole*> MetadataPlan::roles() const {
  std::vector<const PlannedRole*> all;
  for (const PlannedRole& channel : channels)
    all.push_back(&channel);
  all.push_back(&snapshot);
  all.push_back(&timestamp);
  return all;
}

bool MetadataPlan::signs_nothing() const {
  const auto all = roles();
  return std::none_of(all.begin(), all.end(),
                      [](const PlannedRole* role) { return role->has_to_be_signed(); });
}

tuf::Snapshot snapshot_of(const MetadataPlan& plan) {
  tuf::Snapshot snapshot{{plan.snapshot.version, plan.snapshot.expires}, plan.remembered};
  snapshot.files.insert_or_assign("targets.json",
                                  tuf::describe(plan.top_targets.bytes, plan.top_targets_version));
  for (const PlannedRole& channel : plan.channels) {
    snapshot.files.insert_or_assign(cat(channel.name, ".json"),
                                    tuf::describe(channel.bytes, channel.version));
  }
  return snapshot;
}

MetadataPlan plan_metadata(const PublicMetadata& before, const WantedMetadata& wanted,
                           const KeyAtHand& at_hand) {
  return Planner(before, wanted, at_hand).make();
}

std::vector<MissingSignatures> missing_signatures(const MetadataPlan& plan,
                                                  const KeyAtHand& at_hand) {
  std::vector<MissingSignatures> all;
  for (const PlannedRole* const role : plan.roles()) {
    if (!role->has_to_be_signed()) continue;
    const std::size_t count = count_at_hand(role->authority, at_hand);
    if (count >= role->authority.threshold) continue;
    MissingSignatures missing{role->name, role->authority.threshold - count, {}};
    for (const tuf::Key& key : role->authority.keys) {
      if (!at_hand(key)) missing.of.push_back(key);
    }
    all.push_back(std::move(missing));
  }
  return all;
}

}  // namespace releaser
