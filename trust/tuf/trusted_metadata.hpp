#pragma once

#include "base/clock.hpp"
#include "trust/proven_bytes.hpp"
#include "trust/tuf/metadata.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace trust::tuf {

// The bytes of a target that metadata vouches for.
class TargetBytes : public ProvenBytes {
 private:
  friend class TrustedMetadata;
  using ProvenBytes::ProvenBytes;
};

// The client workflow of the TUF specification 1.0.34 (5.3 to 5.7) as logic: bytes go in, and what
// stands here afterwards is proven. A call that throws has changed nothing, so that a bad file
// cannot take the place of a good one. Where files come from, and which of them are kept, is not
// decided here.
//
// The order of calls is that of the specification: update_root() for each N+1, then
// finish_root_update(), timestamp, snapshot, targets, delegated targets. A call out of order is a
// mistake of the program (Errc::internal).
class TrustedMetadata {
 public:
  // `trusted_root` was proven by whoever calls: it is the one that was shipped, or that an earlier
  // run kept. It must be signed as it says itself. `now` counts for the whole run (5.1).
  TrustedMetadata(std::string_view trusted_root, base::Time now, SignatureCheck check,
                  const ByteLimits& limits = {});

  [[nodiscard]] const Root& root() const { return m_root; }
  [[nodiscard]] const Timestamp* timestamp() const { return get(m_timestamp); }
  [[nodiscard]] const Snapshot* snapshot() const { return get(m_snapshot); }
  [[nodiscard]] const Targets* targets() const { return get(m_targets); }

  // Exactly the next version, by a threshold of the keys of this one and of its own (5.3.4, 5.3.5).
  // False for the same version again, which ends the update of root as if there were none.
  bool update_root(std::string_view unverified);
  // Would that root replace the keys of timestamp or snapshot, so that what was kept of both is to
  // be forgotten (5.3.11)?
  [[nodiscard]] static bool replaces_online_keys(const Root& from, const Root& to);
  // The last root must not have expired (5.3.10).
  void finish_root_update();

  // What an earlier run has kept is a floor for versions, also when it has expired. False, and
  // without effect, for what the keys of now have not signed. Before the update of that role.
  bool remember_timestamp(std::string_view kept);
  bool remember_snapshot(std::string_view kept);

  // 5.4. False where the version is that of the timestamp that was remembered: then that one
  // stands, and must not have expired either.
  bool update_timestamp(std::string_view unverified);
  // 5.5.
  void update_snapshot(std::string_view unverified);
  // 5.6.
  const Targets& update_targets(std::string_view unverified);
  // The same for what `delegator`, which was proven here, delegates to `role`. What another one
  // delegates to a role of that name is other metadata.
  const Targets& update_delegated(std::string_view unverified, const Targets& delegator,
                                  std::string_view role);
  // 5.7: the bytes are those that `targets`, which was proven here, gives for this path.
  [[nodiscard]] TargetBytes prove_target(const Targets& targets, std::string_view path,
                                         std::string unverified) const;

  // What the snapshot says of a role's file. Throws Errc::untrusted where it says nothing.
  [[nodiscard]] const MetaFile& meta_of(std::string_view role) const;
  [[nodiscard]] const ByteLimits& limits() const { return m_limits; }

 private:
  template <class Type>
  static const Type* get(const std::optional<Type>& value) {
    return value ? &*value : nullptr;
  }
  [[nodiscard]] bool is_proven(const Targets& targets) const;
  [[nodiscard]] Targets verify_targets(std::string_view unverified, std::string_view role,
                                       const Authority& authority) const;
  void require_not_expired(const Header& header, std::string_view role) const;

  base::Time m_now;
  SignatureCheck m_check;
  ByteLimits m_limits;
  Root m_root;
  bool m_root_is_final = false;
  std::optional<Timestamp> m_known_timestamp, m_timestamp;
  std::optional<Snapshot> m_known_snapshot, m_snapshot;
  std::optional<Targets> m_targets;
  std::map<std::pair<const Targets*, std::string>, Targets> m_delegated;
};

}  // namespace trust::tuf
