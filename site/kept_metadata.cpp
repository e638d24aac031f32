#include "site/kept_metadata.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace site {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using trust::tuf::Authority;
using trust::tuf::Header;
using trust::tuf::RoleType;
using trust::tuf::TrustedMetadata;

constexpr trust::tuf::ByteLimits kLimits;

std::string require_kept(const MetadataStore& store, const std::string& name, std::size_t limit) {
  auto bytes = store.read(name, limit);
  if (!bytes) throw Error(Errc::not_found, cat("no ", name, " is kept"));
  return std::move(*bytes);
}

void add_role(KeptMetadata& kept, std::string_view name, const Header& header,
              const Authority& authority) {
  KeptRole role{.name = std::string(name),
                .version = header.version,
                .expires = header.expires,
                .key_ids = {},
                .threshold = authority.threshold};
  role.key_ids.reserve(authority.keys.size());
  for (const trust::tuf::Key& key : authority.keys)
    role.key_ids.push_back(key.id);
  kept.roles.push_back(std::move(role));
}

TrustedMetadata read_roots(const MetadataStore& store, const schema::RootPin& pin) {
  const auto name_of = [](std::uint64_t version) {
    return cat("root_history/", version, ".root.json");
  };
  const std::string first = require_kept(store, name_of(pin.version), kLimits.root);
  if (trust::sha256_of(first) != pin.sha256) {
    throw Error(Errc::untrusted, "the root that is kept is not the one of this program");
  }
  // Nothing has expired at this time.
  TrustedMetadata trusted(first, base::Time{}, trust::tuf::checks_ed25519);
  while (const auto next = store.read(name_of(trusted.root().version + 1), kLimits.root)) {
    if (!trusted.update_root(*next)) break;
  }
  trusted.finish_root_update();
  return trusted;
}

void read_channel(const MetadataStore& store, TrustedMetadata& trusted, schema::Channel channel,
                  KeptMetadata& kept) {
  const std::string path = schema::manifest_name(channel);
  const auto role = store.read(cat(schema::channel_name(channel), ".json"), kLimits.targets);
  auto manifest = store.read(path, schema::kMaxManifestBytes);
  const auto* delegation = trusted.targets()->find_delegation(schema::channel_name(channel));
  if (!role || !manifest || delegation == nullptr || !delegation->covers(path)) return;
  const trust::tuf::Targets& targets =
      trusted.update_delegated(*role, *trusted.targets(), delegation->name);
  add_role(kept, delegation->name, targets, delegation->authority);
  kept.manifests.emplace(
      channel, schema::parse_manifest(trusted.prove_target(targets, path, std::move(*manifest))));
}

void read_roles(const MetadataStore& store, const schema::RootPin& pin, KeptMetadata& kept) {
  TrustedMetadata trusted = read_roots(store, pin);
  const auto authority_of = [&](RoleType type) { return trusted.root().roles.at(type); };
  add_role(kept, "root", trusted.root(), authority_of(RoleType::root));
  base::with_context("timestamp", [&] {
    trusted.update_timestamp(require_kept(store, "timestamp.json", kLimits.timestamp));
  });
  add_role(kept, "timestamp", *trusted.timestamp(), authority_of(RoleType::timestamp));
  base::with_context("snapshot", [&] {
    trusted.update_snapshot(require_kept(store, "snapshot.json", kLimits.snapshot));
  });
  add_role(kept, "snapshot", *trusted.snapshot(), authority_of(RoleType::snapshot));
  base::with_context("targets", [&] {
    trusted.update_targets(require_kept(store, "targets.json", kLimits.targets));
  });
  add_role(kept, "targets", *trusted.targets(), authority_of(RoleType::targets));
  for (const schema::Channel channel : schema::kChannels) {
    // A channel that was left may be older than the rest.
    try {
      read_channel(store, trusted, channel, kept);
    } catch (const Error& error) {
      if (error.code() != Errc::untrusted) throw;
    }
  }
}

}  // namespace

KeptMetadata read_kept_metadata(const MetadataStore& store, const schema::Identity& identity) {
  KeptMetadata kept;
  try {
    read_roles(store, identity.root, kept);
  } catch (const Error& error) {
    kept.problem = error.what();
  }
  return kept;
}

}  // namespace site
