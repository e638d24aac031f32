#include "trust/tuf/trusted_metadata.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace trust::tuf {
namespace {

using base::cat;
using base::Errc;
using base::Error;

void require_order(bool is_met) {
  if (!is_met) throw Error(Errc::internal, "metadata was given out of order");
}

[[noreturn]] void fail_going_backwards(std::string_view role, std::uint64_t found,
                                       std::uint64_t known) {
  throw Error(Errc::untrusted, cat(base::safe_text(role, 80), " is going backwards: version ",
                                   found, ", and ", known, " was seen before"));
}

}  // namespace

TrustedMetadata::TrustedMetadata(std::string_view trusted_root, base::Time now,
                                 SignatureCheck check, const ByteLimits& limits)
    : m_now(now), m_check(check), m_limits(limits) {
  const Envelope envelope = parse_envelope(trusted_root, m_limits.root);
  m_root = parse_root(envelope);
  require_threshold(envelope, m_root.roles.at(RoleType::root), m_check, "root");
}

void TrustedMetadata::require_not_expired(const Header& header, std::string_view role) const {
  if (header.expires > m_now) return;
  throw Error(Errc::expired,
              cat(base::safe_text(role, 80), " expired at ", base::format_time(header.expires),
                  ", and it is ", base::format_time(m_now)));
}

bool TrustedMetadata::update_root(std::string_view unverified) {
  require_order(!m_root_is_final);
  const Envelope envelope = parse_envelope(unverified, m_limits.root);
  require_threshold(envelope, m_root.roles.at(RoleType::root), m_check,
                    "the next root, by the keys of the one before,");
  Root next = parse_root(envelope);
  require_threshold(envelope, next.roles.at(RoleType::root), m_check,
                    "the next root, by its own keys,");
  if (next.version == m_root.version) return false;
  if (next.version != m_root.version + 1) {
    throw Error(Errc::untrusted,
                cat("the next root has version ", next.version, ", and not ", m_root.version + 1));
  }
  m_root = std::move(next);
  return true;
}

bool TrustedMetadata::replaces_online_keys(const Root& from, const Root& to) {
  const auto changes = [&](RoleType type) {
    return from.roles.at(type).fingerprint() != to.roles.at(type).fingerprint();
  };
  return changes(RoleType::timestamp) || changes(RoleType::snapshot);
}

void TrustedMetadata::finish_root_update() {
  require_not_expired(m_root, "root");
  m_root_is_final = true;
}

bool TrustedMetadata::remember_timestamp(std::string_view kept) {
  require_order(m_root_is_final && !m_timestamp);
  try {
    const Envelope envelope = parse_envelope(kept, m_limits.timestamp);
    require_threshold(envelope, m_root.roles.at(RoleType::timestamp), m_check, "timestamp");
    m_known_timestamp = parse_timestamp(envelope);
    return true;
  } catch (const Error& error) {
    if (error.code() != Errc::untrusted) throw;
    return false;
  }
}

bool TrustedMetadata::remember_snapshot(std::string_view kept) {
  require_order(m_root_is_final && !m_snapshot);
  try {
    const Envelope envelope = parse_envelope(kept, m_limits.snapshot);
    require_threshold(envelope, m_root.roles.at(RoleType::snapshot), m_check, "snapshot");
    m_known_snapshot = parse_snapshot(envelope);
    return true;
  } catch (const Error& error) {
    if (error.code() != Errc::untrusted) throw;
    return false;
  }
}

bool TrustedMetadata::update_timestamp(std::string_view unverified) {
  require_order(m_root_is_final && !m_snapshot);
  const Envelope envelope = parse_envelope(unverified, m_limits.timestamp);
  require_threshold(envelope, m_root.roles.at(RoleType::timestamp), m_check, "timestamp");
  Timestamp next = parse_timestamp(envelope);
  if (m_known_timestamp) {
    if (next.version < m_known_timestamp->version) {
      fail_going_backwards("timestamp", next.version, m_known_timestamp->version);
    }
    if (next.version == m_known_timestamp->version) {
      require_not_expired(*m_known_timestamp, "timestamp");
      m_timestamp = m_known_timestamp;
      return false;
    }
    if (next.snapshot.version < m_known_timestamp->snapshot.version) {
      fail_going_backwards("snapshot", next.snapshot.version, m_known_timestamp->snapshot.version);
    }
  }
  require_not_expired(next, "timestamp");
  m_timestamp = std::move(next);
  return true;
}

void TrustedMetadata::update_snapshot(std::string_view unverified) {
  require_order(m_timestamp && !m_targets);
  const MetaFile& wanted = m_timestamp->snapshot;
  require_file(unverified, wanted.length, wanted.hashes, "snapshot");
  const Envelope envelope = parse_envelope(unverified, m_limits.snapshot);
  require_threshold(envelope, m_root.roles.at(RoleType::snapshot), m_check, "snapshot");
  Snapshot next = parse_snapshot(envelope);
  if (next.version != wanted.version) {
    throw Error(Errc::untrusted, cat("snapshot has version ", next.version,
                                     ", and the timestamp names ", wanted.version));
  }
  if (m_known_snapshot) {
    for (const auto& [name, known] : m_known_snapshot->files) {
      const auto found = next.files.find(name);
      if (found == next.files.end()) {
        throw Error(Errc::untrusted,
                    cat("snapshot lists ", base::safe_text(name, 80), " no longer"));
      }
      if (found->second.version < known.version) {
        fail_going_backwards(name, found->second.version, known.version);
      }
    }
  }
  require_not_expired(next, "snapshot");
  m_snapshot = std::move(next);
}

const MetaFile& TrustedMetadata::meta_of(std::string_view role) const {
  require_order(m_snapshot.has_value());
  // Names in metadata are not quoted.
  const auto found = m_snapshot->files.find(cat(role, ".json"));
  if (found == m_snapshot->files.end()) {
    throw Error(Errc::untrusted, cat("snapshot lists no ", base::safe_text(role, 80), ".json"));
  }
  return found->second;
}

bool TrustedMetadata::is_proven(const Targets& targets) const {
  return &targets == get(m_targets) ||
         std::any_of(m_delegated.begin(), m_delegated.end(),
                     [&](const auto& each) { return &each.second == &targets; });
}

Targets TrustedMetadata::verify_targets(std::string_view unverified, std::string_view role,
                                        const Authority& authority) const {
  const MetaFile& wanted = meta_of(role);
  require_file(unverified, wanted.length, wanted.hashes, role);
  const Envelope envelope = parse_envelope(unverified, m_limits.targets);
  require_threshold(envelope, authority, m_check, role);
  Targets next = parse_targets(envelope);
  if (next.version != wanted.version) {
    throw Error(Errc::untrusted, cat(base::safe_text(role, 80), " has version ", next.version,
                                     ", and the snapshot names ", wanted.version));
  }
  require_not_expired(next, role);
  return next;
}

const Targets& TrustedMetadata::update_targets(std::string_view unverified) {
  require_order(m_delegated.empty());
  m_targets = verify_targets(unverified, "targets", m_root.roles.at(RoleType::targets));
  return *m_targets;
}

const Targets& TrustedMetadata::update_delegated(std::string_view unverified,
                                                 const Targets& delegator, std::string_view role) {
  require_order(is_proven(delegator));
  const Delegation* const delegation = delegator.find_delegation(role);
  require_order(delegation != nullptr);
  const auto [place, is_new] =
      m_delegated.insert_or_assign(std::pair(&delegator, std::string(role)),
                                   verify_targets(unverified, role, delegation->authority));
  return place->second;
}

TargetBytes TrustedMetadata::prove_target(const Targets& targets, std::string_view path,
                                          std::string unverified) const {
  require_order(is_proven(targets));
  const auto file = targets.files.find(path);
  require_order(file != targets.files.end());
  require_file(unverified, file->second.length, file->second.hashes, path);
  return {std::move(unverified), std::string(path)};
}

}  // namespace trust::tuf
