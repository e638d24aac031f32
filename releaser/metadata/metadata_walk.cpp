#include "releaser/metadata/metadata_walk.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "manifest-schema/manifest.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using trust::tuf::TrustedMetadata;
constexpr int kMaxRootSteps = 256;

std::string require(const ReadPublic& read, const std::string& name, std::size_t max_bytes) {
  auto bytes = read(name, max_bytes);
  if (!bytes) throw Error(Errc::untrusted, "is missing");
  return std::move(*bytes);
}

void follow_roots(TrustedMetadata& trusted, const ReadPublic& read) {
  for (int step = 0; step < kMaxRootSteps; ++step) {
    const std::string name = root_file(trusted.root().version + 1);
    const bool is_newer = base::with_context(name, [&] {
      const auto bytes = read(name, trusted.limits().root);
      return bytes && trusted.update_root(*bytes);
    });
    if (!is_newer) return;
  }
}

MetadataSet::Role walk_channel(TrustedMetadata& trusted, const trust::tuf::Targets& delegator,
                               const std::string& name, const ReadPublic& read) {
  MetadataSet::Role role;
  const std::string file = role_file(name, trusted.meta_of(name).version);
  const trust::tuf::Targets& proven = base::with_context(
      file, [&]() -> const auto& {
        role.bytes = require(read, file, trusted.limits().targets);
        return trusted.update_delegated(role.bytes, delegator, name);
      });
  role.content = proven;
  const auto target = proven.files.find(target_name(name));
  if (target == proven.files.end() || !delegator.find_delegation(name)->covers(target_name(name))) {
    return role;
  }
  const auto digest = target->second.hashes.find("sha256");
  const std::string path = target_file(
      digest == target->second.hashes.end() ? std::string() : digest->second, target->first);
  base::with_context(path, [&] {
    std::string bytes = require(read, path, schema::kMaxManifestBytes);
    role.manifest = trusted.prove_target(proven, target->first, std::move(bytes));
  });
  return role;
}

}  // namespace

std::string root_file(std::uint64_t version) { return role_file("root", version); }

std::string role_file(std::string_view role, std::uint64_t version) {
  return cat("metadata/", version, ".", trust::tuf::file_name(role));
}

std::string target_file(std::string_view sha256, std::string_view name) {
  return cat("targets/", sha256, ".", name);
}

std::string target_name(std::string_view role) { return cat(role, ".version-manifest.json"); }

MetadataSet walk_metadata(const WalkStart& start, const ReadPublic& read) {
  TrustedMetadata trusted(start.trusted_root, start.now, trust::tuf::checks_ed25519);
  if (start.roots == WalkStart::Roots::followed) follow_roots(trusted, read);
  trusted.finish_root_update();
  MetadataSet found;
  found.root = trusted.root();
  const std::string timestamp(kTimestampFile);
  base::with_context(timestamp, [&] {
    if (!start.kept_timestamp.empty()) trusted.remember_timestamp(start.kept_timestamp);
    found.timestamp_bytes = require(read, timestamp, trusted.limits().timestamp);
    trusted.update_timestamp(found.timestamp_bytes);
  });
  found.timestamp = *trusted.timestamp();
  const std::string snapshot = role_file("snapshot", found.timestamp.snapshot.version);
  base::with_context(snapshot, [&] {
    if (!start.kept_snapshot.empty()) trusted.remember_snapshot(start.kept_snapshot);
    found.snapshot_bytes = require(read, snapshot, trusted.limits().snapshot);
    trusted.update_snapshot(found.snapshot_bytes);
  });
  found.snapshot = *trusted.snapshot();
  const std::string targets = base::with_context(
      snapshot, [&] { return role_file("targets", trusted.meta_of("targets").version); });
  const trust::tuf::Targets& delegator = base::with_context(
      targets, [&]() -> const auto& {
        found.targets_bytes = require(read, targets, trusted.limits().targets);
        return trusted.update_targets(found.targets_bytes);
      });
  found.targets = delegator;
  for (const trust::tuf::Delegation& delegation : delegator.delegations) {
    if (start.except.contains(delegation.name)) continue;
    if (!found.snapshot.files.contains(cat(delegation.name, ".json"))) continue;
    found.channels.emplace(delegation.name,
                           walk_channel(trusted, delegator, delegation.name, read));
  }
  return found;
}

}  // namespace releaser
