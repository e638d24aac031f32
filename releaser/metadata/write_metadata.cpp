#include "releaser/metadata/write_metadata.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/signing/metadata_writer.hpp"
#include "trust/tuf/canonical_json.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace tuf = trust::tuf;
namespace json = base::json;

// As many signatures as the role needs, each by another key; no key more is unlocked.
std::string sign_role(const PlannedRole& role, const json::Value& signed_part,
                      const SignMessage& sign) {
  const std::string message = tuf::canonical_json(signed_part);
  tuf::Signatures signatures;
  std::set<std::string> signers;
  for (const tuf::Key& key : role.authority.keys) {
    if (signers.size() >= role.authority.threshold) break;
    if (signers.contains(tuf::identity_of(key))) continue;
    const auto signature = sign(key, message);
    if (!signature) continue;
    if (!tuf::checks_ed25519(key, message, *signature)) {
      throw Error(Errc::internal, cat("a new signature of ", role.name, " does not verify"));
    }
    signatures.insert_or_assign(key.id, *signature);
    signers.insert(tuf::identity_of(key));
  }
  // People read what changes seldom; the timestamp is fetched all the time.
  return tuf::write_envelope(signed_part, signatures,
                             role.name == "timestamp" ? json::Style::compact : json::Style::pretty);
}

MetadataFiles files_of(const MetadataPlan& plan) {
  MetadataFiles files = plan.targets;
  files.push_back(plan.top_targets);
  for (const PlannedRole& role : plan.channels)
    files.push_back({role_file(role.name, role.version), role.bytes});
  files.push_back({role_file("snapshot", plan.snapshot.version), plan.snapshot.bytes});
  files.insert(files.end(), plan.roots.begin(), plan.roots.end());
  files.push_back({std::string(kTimestampFile), plan.timestamp.bytes});
  return files;
}

ReadPublic reader_over(const MetadataFiles& files, const FinalTrust& trust) {
  return [&files, &trust](std::string_view name, std::size_t) -> std::optional<std::string> {
    for (std::uint64_t version = 1; version <= trust.roots.size(); ++version)
      if (name == root_file(version)) return trust.roots[version - 1];
    const auto found = std::find_if(files.begin(), files.end(),
                                    [&](const MetadataFile& file) { return file.name == name; });
    if (found == files.end()) return std::nullopt;
    return found->bytes;
  };
}

// What a client of each kind makes of it. Channels that have expired and stay as they were are left
// out: that was said already.
void prove(const MetadataFiles& files, const MetadataPlan& plan, const PublicMetadata& before,
           const WantedMetadata& wanted) {
  WalkStart start{.trusted_root = wanted.trust.roots.front(), .now = wanted.now};
  for (const PlannedRole& channel : plan.channels) {
    // What it signs for is public, and was proven when it was read.
    const bool stays = !wanted.manifests.contains(channel.name);
    if (channel.expires <= wanted.now || stays) start.except.insert(channel.name);
  }
  const ReadPublic read = reader_over(files, wanted.trust);
  walk_metadata(start, read);
  if (!before.set) return;
  start.trusted_root = wanted.trust.roots[before.roots - 1];
  const tuf::Root last =
      tuf::parse_root(tuf::parse_envelope(wanted.trust.roots.back(), tuf::ByteLimits().root));
  if (!tuf::TrustedMetadata::replaces_online_keys(before.set->root, last)) {
    start.kept_timestamp = before.set->timestamp_bytes;
    start.kept_snapshot = before.set->snapshot_bytes;
  }
  walk_metadata(start, read);
}

}  // namespace

MetadataFiles unsigned_metadata(const MetadataPlan& plan) { return files_of(plan); }

MetadataFiles write_metadata(const MetadataPlan& plan, const PublicMetadata& before,
                             const WantedMetadata& wanted, const KeyAtHand& at_hand,
                             const SignMessage& sign) {
  if (const auto missing = missing_signatures(plan, at_hand); !missing.empty()) {
    const MissingSignatures& first = missing.front();
    throw Error(Errc::config, cat("the metadata of ", first.role, " needs ", first.count, " more ",
                                  first.count == 1 ? "signature" : "signatures",
                                  "; give the keys of its role by --key"));
  }
  MetadataPlan done = plan;
  for (PlannedRole& role : done.channels) {
    if (!role.has_to_be_signed()) continue;
    role.content.version = role.version;
    role.content.expires = role.expires;
    role.bytes = sign_role(role, tuf::write_targets(role.content), sign);
  }
  if (done.snapshot.has_to_be_signed()) {
    done.snapshot.bytes = sign_role(done.snapshot, tuf::write_snapshot(snapshot_of(done)), sign);
  }
  if (done.timestamp.has_to_be_signed()) {
    tuf::Timestamp timestamp{{done.timestamp.version, done.timestamp.expires},
                             tuf::describe(done.snapshot.bytes, done.snapshot.version)};
    done.timestamp.bytes = sign_role(done.timestamp, tuf::write_timestamp(timestamp), sign);
  }
  MetadataFiles files = files_of(done);
  prove(files, done, before, wanted);
  return files;
}

}  // namespace releaser
