#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/stages/metadata_stage.hpp"
#include "releaser/stages/stage.hpp"
#include "trust/minisign.hpp"
#include "trust/signing/metadata_writer.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace tuf = trust::tuf;

std::string key_line(const tuf::Key& key, const TrustPolicy& policy) {
  for (const TrustRole& role : policy.roles) {
    for (const trust::PublicKey& own : role.keys)
      if (tuf::identity_of(tuf::key_of(own)) == tuf::identity_of(key)) return own.line();
  }
  return cat("ed25519:", key.value);
}

}  // namespace

std::string describe_missing(const MissingSignatures& missing, const TrustPolicy& policy) {
  std::vector<std::string> lines;
  lines.reserve(missing.of.size());
  for (const tuf::Key& key : missing.of)
    lines.push_back(key_line(key, policy));
  return cat("the metadata of ", missing.role, " needs ", missing.count, " more ",
             missing.count == 1 ? "signature" : "signatures", ", by key ",
             base::join(lines, " or "));
}

MetadataFiles sign_metadata(Run& run, const MetadataPlan& plan, const WantedMetadata& wanted,
                            const RoleSignatures& given) {
  const KeyAtHand at_hand = [&](const tuf::Key& key) {
    return given.contains(tuf::identity_of(key)) || find_key(run, key) != nullptr;
  };
  const auto missing = missing_signatures(plan, at_hand);
  if (!missing.empty()) {
    const TrustPolicy policy = trust_policy(run.config);
    std::vector<std::string> texts;
    texts.reserve(missing.size());
    for (const MissingSignatures& role : missing)
      texts.push_back(describe_missing(role, policy));
    throw Error(Errc::config,
                cat(base::join(texts, "; "), "; nothing new is public", kRunWhereTheKeyIs));
  }
  const SignMessage sign = [&](const tuf::Key& key,
                               std::string_view message) -> std::optional<std::string> {
    const auto [begin, end] = given.equal_range(tuf::identity_of(key));
    for (auto each = begin; each != end; ++each)
      if (tuf::checks_ed25519(key, message, each->second)) return each->second;
    const Signer* const signer = find_key(run, key);
    if (signer == nullptr) return std::nullopt;
    return signer->sign_message(message);
  };
  return write_metadata(plan, run.public_metadata, wanted, at_hand, sign);
}

void check_metadata_keys(Run& run, Problems& problems) {
  if (!run.trust || !run.publishes()) return;
  const TrustPolicy policy = trust_policy(run.config);
  const auto require = [&](const std::string& role, const tuf::Authority& authority) {
    MissingSignatures missing{role, 0, {}};
    std::set<std::string> there;
    for (const tuf::Key& key : authority.keys) {
      if (may_have_key(run, key)) {
        there.insert(tuf::identity_of(key));
      } else {
        missing.of.push_back(key);
      }
    }
    if (there.size() >= authority.threshold) return;
    missing.count = authority.threshold - there.size();
    problems.add(
        cat(describe_missing(missing, policy), "; nothing was published", kRunWhereTheKeyIs));
  };
  const std::string channel(schema::channel_name(run.identity->channel));
  const tuf::Targets targets = targets_of(*run.trust);
  const auto release_key = tuf::key_of(trust::PublicKey::parse(run.config.sign->public_key));
  const tuf::Delegation* const delegation = targets.find_delegation(channel);
  if (delegation != nullptr) {
    // Without these keys the release is made, and waits.
    const auto here =
        std::count_if(delegation->authority.keys.begin(), delegation->authority.keys.end(),
                      [&](const tuf::Key& key) { return may_have_key(run, key); });
    const bool will_wait = static_cast<std::uint64_t>(here) < delegation->authority.threshold ||
                           !may_have_key(run, release_key);
    if (will_wait) return;
  } else {
    problems.add(cat("targets.json of the trust folder delegates nothing to channel ", channel,
                     "; cco-release trust rotate makes new targets for what [trust] says"));
  }
  const tuf::Root root = newest_root(*run.trust);
  require("snapshot", root.roles.at(tuf::RoleType::snapshot));
  require("timestamp", root.roles.at(tuf::RoleType::timestamp));
}

}  // namespace releaser
