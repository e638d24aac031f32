#include "releaser/metadata/write_metadata.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/signing/metadata_writer.hpp"
#include "trust/tuf/canonical_json.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <algorithm>
#include <iterator>

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
  const auto sign_for = [&](const tuf::Authority& authority) {
    std::set<std::string> counted;
    for (const tuf::Key& key : authority.keys)
      if (signatures.contains(key.id)) counted.insert(tuf::identity_of(key));
    for (const tuf::Key& key : authority.keys) {
      if (counted.size() >= authority.threshold) break;
      if (counted.contains(tuf::identity_of(key))) continue;
      const auto signature = sign(key, message);
      if (!signature) continue;
      if (!tuf::checks_ed25519(key, message, *signature)) {
        throw Error(Errc::internal, cat("a new signature of ", role.name, " does not verify"));
      }
      signatures.insert_or_assign(key.id, *signature);
      counted.insert(tuf::identity_of(key));
    }
  };
  sign_for(role.authority);
  for (const tuf::Authority& former : role.former)
    sign_for(former);
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
  // Before the first root nobody can begin, so that a root without a timestamp is always damage.
  MetadataFile timestamp{std::string(kTimestampFile), plan.timestamp.bytes};
  if (!plan.has_public_root) files.push_back(timestamp);
  files.insert(files.end(), plan.roots.begin(), plan.roots.end());
  if (plan.has_public_root) files.push_back(std::move(timestamp));
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

// The set that was public before.
ReadPublic reader_over(const MetadataSet& set) {
  return [&set](std::string_view name, std::size_t) -> std::optional<std::string> {
    if (name == kTimestampFile) return set.timestamp_bytes;
    if (name == role_file("snapshot", set.snapshot.version)) return set.snapshot_bytes;
    if (name == role_file("targets", set.targets.version)) return set.targets_bytes;
    for (const auto& [channel, role] : set.channels) {
      if (name == role_file(channel, role.content.version)) return role.bytes;
      if (role.manifest && name == target_file(trust::sha256_of(role.manifest->bytes()).hex(),
                                               target_name(channel))) {
        return role.manifest->bytes();
      }
    }
    return std::nullopt;
  };
}

// Channels that have expired and stay as they were are left out: that was said already.
std::set<std::string, std::less<>> not_looked_at(const MetadataPlan& plan,
                                                 const WantedMetadata& wanted) {
  std::set<std::string, std::less<>> names;
  for (const PlannedRole& channel : plan.channels)
    if (channel.expires <= wanted.now) names.insert(channel.name);
  return names;
}

// Would a client whose newest root is that one be content?
bool is_content(const WantedMetadata& wanted, const MetadataPlan& plan, std::uint64_t root,
                const ReadPublic& read) {
  try {
    walk_metadata({.trusted_root = wanted.trust.roots[root - 1],
                   .now = wanted.now,
                   .roots = WalkStart::Roots::as_trusted,
                   .except = not_looked_at(plan, wanted)},
                  read);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Clients take a root as soon as they see it. Where its keys of timestamp, snapshot or targets are
// others, they are content at each instant only if the set that is there at that instant is signed
// by the keys of that root. The timestamp therefore comes after as many of the new roots as lets
// the fewest instants be bad: all of them where nothing changed, none where the new set is signed
// by the former keys as well.
void order_pointers(MetadataFiles& files, const MetadataPlan& plan, const PublicMetadata& before,
                    const WantedMetadata& wanted) {
  const std::uint64_t last = wanted.trust.roots.size();
  if (!before.set || before.roots == 0 || before.roots == last) return;
  const ReadPublic read_old = reader_over(*before.set), read_new = reader_over(files, wanted.trust);
  std::vector<bool> old_is_good, new_is_good;  // by the newest root that is public
  for (std::uint64_t root = before.roots; root <= last; ++root) {
    old_is_good.push_back(is_content(wanted, plan, root, read_old));
    new_is_good.push_back(is_content(wanted, plan, root, read_new));
  }
  const auto bad_instants = [&](std::uint64_t after) {  // so many new roots before the timestamp
    const auto split = static_cast<std::ptrdiff_t>(after);
    return std::count(old_is_good.begin() + 1, old_is_good.begin() + split + 1, false) +
           std::count(new_is_good.begin() + split, new_is_good.end(), false);
  };
  std::uint64_t best = last - before.roots;
  for (std::uint64_t after = best; after-- > 0;)
    if (bad_instants(after) < bad_instants(best)) best = after;
  const auto timestamp = std::prev(files.end());
  std::rotate(timestamp - static_cast<std::ptrdiff_t>(last - before.roots - best), timestamp,
              files.end());
}

// What a client of each kind makes of it.
void prove(const MetadataFiles& files, const MetadataPlan& plan, const PublicMetadata& before,
           const WantedMetadata& wanted) {
  WalkStart start{.trusted_root = wanted.trust.roots.front(),
                  .now = wanted.now,
                  .except = not_looked_at(plan, wanted)};
  const ReadPublic read = reader_over(files, wanted.trust);
  walk_metadata(start, read);
  if (!before.set || before.roots == 0) return;
  start.trusted_root = wanted.trust.roots[before.roots - 1];
  const tuf::Root last =
      tuf::parse_root(tuf::parse_envelope(wanted.trust.roots.back(), tuf::kByteLimits.root));
  if (!tuf::TrustedMetadata::replaces_online_keys(before.set->root, last)) {
    start.kept_timestamp = before.set->timestamp_bytes;
    start.kept_snapshot = before.set->snapshot_bytes;
  }
  walk_metadata(start, read);
}

}  // namespace

const std::string& timestamp_of(const MetadataFiles& files) {
  return std::find_if(files.begin(), files.end(),
                      [](const MetadataFile& file) { return file.name == kTimestampFile; })
      ->bytes;
}

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
  order_pointers(files, done, before, wanted);
  return files;
}

}  // namespace releaser
