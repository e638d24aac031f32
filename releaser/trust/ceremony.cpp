#include "releaser/trust/ceremony.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "manifest-schema/channel.hpp"
#include "releaser/trust/changes.hpp"
#include "releaser/trust/draft_files.hpp"
#include "trust/signing/metadata_writer.hpp"
#include "trust/tuf/canonical_json.hpp"
#include "trust/tuf/envelope.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using trust::tuf::RoleType;
namespace tuf = trust::tuf;

DraftFile draft_file(RoleType type, std::uint64_t version, base::json::Value signed_part) {
  DraftFile file{.name = draft_name(type, version),
                 .type = type,
                 .version = version,
                 .signed_part = std::move(signed_part),
                 .sha256 = {},
                 .signatures = {}};
  file.sha256 = canonical_sha256(file.signed_part);
  return file;
}

bool is_due(const tuf::Header& header, const TrustRole& role, base::Time now) {
  return header.expires - now < role.renew_below;
}

bool same_delegations(const tuf::Targets& left, const tuf::Targets& right) {
  return std::equal(left.delegations.begin(), left.delegations.end(), right.delegations.begin(),
                    right.delegations.end(),
                    [](const tuf::Delegation& one, const tuf::Delegation& other) {
                      return one.name == other.name && one.terminating == other.terminating &&
                             one.paths == other.paths && one.hash_prefixes == other.hash_prefixes &&
                             one.authority.fingerprint() == other.authority.fingerprint();
                    });
}

tuf::Root wanted_root(const TrustPolicy& policy, base::Time now) {
  tuf::Root root;
  root.consistent_snapshot = true;
  for (const RoleType type : tuf::kRoleTypes)
    root.roles.emplace(type, policy.role(role_name(type)).authority);
  root.expires = now + policy.role("root").lifetime;
  return root;
}

tuf::Targets wanted_targets(const TrustPolicy& policy, base::Time now) {
  tuf::Targets targets;
  for (const schema::Channel channel : schema::kChannels) {
    const std::string name(schema::channel_name(channel));
    targets.delegations.push_back({.name = name,
                                   .authority = policy.role(name).authority,
                                   .terminating = true,
                                   .paths = {schema::manifest_name(channel)},
                                   .hash_prefixes = {}});
  }
  targets.expires = now + policy.role("targets").lifetime;
  return targets;
}

bool root_changes(const tuf::Root& now, const tuf::Root& wanted) {
  return std::any_of(tuf::kRoleTypes.begin(), tuf::kRoleTypes.end(), [&](RoleType type) {
    return now.roles.at(type).fingerprint() != wanted.roles.at(type).fingerprint();
  });
}

tuf::Signatures signatures_of(const DraftFile& file) {
  tuf::Signatures signatures;
  for (const HolderSignature& each : file.signatures)
    signatures.emplace(each.key_id, each.bytes);
  return signatures;
}

std::string final_bytes(const DraftFile& file) {
  return tuf::write_envelope(file.signed_part, signatures_of(file), base::json::Style::pretty);
}

// Once more by the rules of clients, so that what becomes final is what they take.
void require_valid(const TrustFolder& folder, const std::optional<std::string>& root_bytes,
                   const std::optional<std::string>& targets_bytes) {
  if (root_bytes) {
    if (folder.roots.empty()) {
      (void)tuf::TrustedMetadata(*root_bytes, base::Time{}, tuf::checks_ed25519);
    } else {
      tuf::TrustedMetadata chain(folder.roots.back(), base::Time{}, tuf::checks_ed25519);
      (void)chain.update_root(*root_bytes);
    }
  }
  if (targets_bytes) {
    const tuf::Root& root = folder.draft->root ? *folder.draft->root : *folder.root;
    require_threshold(tuf::parse_envelope(*targets_bytes, tuf::ByteLimits{}.targets),
                      root.roles.at(RoleType::targets), tuf::checks_ed25519, "targets");
  }
}

void write_unless_equal(const base::Path& file, const std::string& bytes) {
  if (base::read_file_if_exists(file, bytes.size() + 1024UL * 1024) != bytes) {
    base::write_file_atomically(file, bytes);
  }
}

}  // namespace

KeyNames names_of(const TrustPolicy& policy) {
  KeyNames names;
  for (const TrustRole& role : policy.roles) {
    for (const trust::PublicKey& key : role.keys)
      names.add(key);
  }
  return names;
}

std::optional<Draft> make_draft(const std::string& product, const TrustPolicy& policy,
                                const TrustFolder* folder, base::Time now) {
  const tuf::Root* const root = folder != nullptr && folder->root ? &*folder->root : nullptr;
  const tuf::Targets* const targets =
      folder != nullptr && folder->targets ? &*folder->targets : nullptr;
  Draft draft{.product = product, .files = {}, .root = {}, .targets = {}};

  tuf::Root next_root = wanted_root(policy, now);
  next_root.version = root == nullptr ? 1 : root->version + 1;
  if (root == nullptr || root_changes(*root, next_root) ||
      is_due(*root, policy.role("root"), now)) {
    draft.files.push_back(draft_file(RoleType::root, next_root.version, write_root(next_root)));
    draft.root = next_root;
  }

  tuf::Targets next_targets = wanted_targets(policy, now);
  next_targets.version = targets == nullptr ? 1 : targets->version + 1;
  const auto is_believed = [&] {
    const tuf::Envelope envelope =
        tuf::parse_envelope(folder->targets_bytes, tuf::ByteLimits{}.targets);
    const tuf::Authority& authority = policy.role("targets").authority;
    return count_signatures(envelope, authority, tuf::checks_ed25519) >= authority.threshold;
  };
  if (targets == nullptr || !same_delegations(*targets, next_targets) ||
      is_due(*targets, policy.role("targets"), now) || !is_believed()) {
    draft.files.push_back(
        draft_file(RoleType::targets, next_targets.version, write_targets(next_targets)));
    draft.targets = next_targets;
  }
  return draft.files.empty() ? std::nullopt : std::optional(std::move(draft));
}

bool say_the_same(const Draft& left, const Draft& right) {
  if (left.root.has_value() != right.root.has_value()) return false;
  if (left.targets.has_value() != right.targets.has_value()) return false;
  if (left.root &&
      (left.root->version != right.root->version || root_changes(*left.root, *right.root))) {
    return false;
  }
  return !left.targets || (left.targets->version == right.targets->version &&
                           same_delegations(*left.targets, *right.targets));
}

std::vector<std::string> describe_draft(const TrustFolder& folder) {
  std::vector<std::string> lines;
  const auto add = [&](std::string_view role, std::uint64_t version,
                       const std::vector<std::string>& changes) {
    lines.push_back(version == 1 ? cat(role, ", the first version:")
                                 : cat(role, ", version ", version, " after ", version - 1, ":"));
    for (const std::string& change : changes)
      lines.push_back(cat("  ", change));
  };
  const Draft& draft = *folder.draft;
  if (draft.root) {
    add("root", draft.root->version,
        describe_changes(folder.root ? &*folder.root : nullptr, *draft.root, folder.names));
  }
  if (draft.targets) {
    add("targets", draft.targets->version,
        describe_changes(folder.targets ? &*folder.targets : nullptr, *draft.targets,
                         folder.names));
  }
  return lines;
}

std::vector<std::string> describe_outcome(const TrustFolder& folder) {
  std::vector<std::string> lines;
  const auto add = [&](std::string_view role, const std::vector<std::string>& content) {
    lines.push_back(cat("then ", role, " will say, whole:"));
    for (const std::string& line : content)
      lines.push_back(cat("  ", line));
  };
  if (folder.draft->root) {
    add("root", describe_changes(nullptr, *folder.draft->root, folder.names));
  }
  if (folder.draft->targets) {
    add("targets", describe_changes(nullptr, *folder.draft->targets, folder.names));
  }
  return lines;
}

void require_in_time(const Draft& draft, base::Time now) {
  const auto check = [&](const tuf::Header& header) {
    if (header.expires > now) return;
    throw Error(Errc::expired,
                cat("the draft expired on ", base::format_date(header.expires), ", and it is ",
                    base::format_date(now),
                    "; set the clock right, or begin again with `cco-release trust rotate "
                    "--discard`"));
  };
  if (draft.root) check(*draft.root);
  if (draft.targets) check(*draft.targets);
}

namespace {

bool may_sign_file(const TrustFolder& folder, const DraftFile& file, const std::string& key_id) {
  const auto requirements = folder.requirements(file);
  return std::any_of(requirements.begin(), requirements.end(), [&](const Requirement& each) {
    const auto& known = each.authority.keys;
    return std::any_of(known.begin(), known.end(),
                       [&](const tuf::Key& key) { return key.id == key_id; });
  });
}

}  // namespace

bool may_sign(const TrustFolder& folder, const trust::PublicKey& key) {
  const std::string id = tuf::key_of(key).id;
  const auto& files = folder.draft->files;
  return std::any_of(files.begin(), files.end(),
                     [&](const DraftFile& file) { return may_sign_file(folder, file, id); });
}

std::size_t sign_draft(TrustFolder& folder, std::span<const Signer> keys) {
  for (const Signer& key : keys) {
    if (may_sign(folder, key.public_key())) continue;
    throw Error(Errc::untrusted,
                cat("key ", key.public_key().line(),
                    " is no key of this ceremony; give one of those that it names"));
  }
  std::size_t count = 0;
  for (const Signer& key : keys) {
    const std::string id = tuf::key_of(key.public_key()).id;
    for (DraftFile& file : folder.draft->files) {
      const bool has_signed =
          std::any_of(file.signatures.begin(), file.signatures.end(),
                      [&](const HolderSignature& each) { return each.key_id == id; });
      if (has_signed || !may_sign_file(folder, file, id)) continue;
      HolderSignature signature{key.public_key(), id,
                                key.sign_message(tuf::canonical_json(file.signed_part))};
      write_signature(folder.path, file, signature);
      file.signatures.push_back(std::move(signature));
      ++count;
    }
  }
  return count;
}

std::vector<std::string> missing_signatures_of(const TrustFolder& folder) {
  std::vector<std::string> lines;
  if (!folder.draft) return lines;
  for (const DraftFile& file : folder.draft->files) {
    for (const Requirement& requirement : folder.requirements(file)) {
      if (requirement.missing_count == 0) continue;
      std::vector<std::string> names;
      for (const tuf::Key& key : requirement.missing)
        names.push_back(folder.names.name(key));
      lines.push_back(cat(file.name, " needs ", requirement.missing_count, " more ",
                          requirement.missing_count == 1 ? "signature" : "signatures", " of ",
                          requirement.who, ": ", base::join(names, ", ")));
    }
  }
  return lines;
}

void finalize(TrustFolder& folder) {
  const auto missing = missing_signatures_of(folder);
  if (!missing.empty()) {
    throw Error(Errc::untrusted,
                cat(base::join(missing, "; "), "; each of them runs `cco-release trust sign`"));
  }
  const DraftFile* const root = folder.draft->find(RoleType::root);
  const DraftFile* const targets = folder.draft->find(RoleType::targets);
  const auto root_bytes = root == nullptr ? std::nullopt : std::optional(final_bytes(*root));
  const auto targets_bytes =
      targets == nullptr ? std::nullopt : std::optional(final_bytes(*targets));
  require_valid(folder, root_bytes, targets_bytes);
  // From the first of these on the folder counts as being finalized, until the draft is gone.
  if (root_bytes) write_unless_equal(folder.path / root->name, *root_bytes);
  if (targets_bytes) write_unless_equal(folder.path / "targets.json", *targets_bytes);
  if (root_bytes) write_unless_equal(folder.path / "root.json", *root_bytes);
  write_key_names(folder.path, folder.names);
  remove_draft(folder.path);
}

}  // namespace releaser
