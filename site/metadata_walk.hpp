#pragma once

#include "base/clock.hpp"
#include "manifest-schema/identity.hpp"
#include "manifest-schema/manifest.hpp"
#include "site/metadata_store.hpp"
#include "site/source.hpp"
#include "trust/tuf/trusted_metadata.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The way of the TUF specification 1.0.34 through a repository: what is fetched when, and what is
// kept. What is believed is decided by trust::tuf::TrustedMetadata alone.

namespace site {

// Where a repository stands. Targets and metadata are below one base at a site of ours; foreign
// repositories have two.
struct RepositoryAddress {
  base::Url metadata, targets;
};
RepositoryAddress address_at(const base::Url& base);

struct WalkOptions {
  std::optional<schema::RootPin> pin;  // nothing: the store has a root, or the walk cannot begin
  base::Time now{};
  trust::tuf::SignatureCheck check = trust::tuf::checks_ed25519;
  trust::tuf::ByteLimits limits;
  std::uint64_t max_target_bytes = schema::kMaxManifestBytes;
};

// Valid until the next search of the walk.
struct FoundTarget {
  const trust::tuf::Targets* role = nullptr;  // that lists it
  const trust::tuf::TargetFile* file = nullptr;
  std::string path;
  trust::tuf::Authority authority;  // of that role, as its delegator gives it
};

// One walk through one copy of a repository. Each file is kept in the store as soon as it has
// passed all its checks, and nothing else ever is, so that a walk that fails half-way has lost
// nothing and another one, also at another address, goes on from there.
//
// Cost where nothing is new: two requests, for the next root (which is not there) and the
// timestamp.
class MetadataWalk {
 public:
  MetadataWalk(base::HttpClient& http, RepositoryAddress address, MetadataStore& store,
               const WalkOptions& options);

  // Root, timestamp, snapshot and top-level targets (5.2 to 5.6). Throws Errc::untrusted,
  // Errc::expired, Errc::network; Errc::not_found where there is no repository.
  void refresh();
  // Searches the delegations for a target (5.6.7), with what is fetched on the way. Nothing where
  // no role lists it. After refresh().
  std::optional<FoundTarget> find_target(std::string_view path);
  // From the store, or fetched and kept there under `keep_as` (unless that is empty).
  trust::tuf::TargetBytes fetch_target(const FoundTarget& target, std::string_view keep_as);

  [[nodiscard]] const trust::tuf::TrustedMetadata& metadata() const { return *m_metadata; }
  // When the first of all metadata that was read so far expires. After refresh().
  [[nodiscard]] base::Time good_until() const { return m_good_until; }

 private:
  std::optional<std::string> fetch_metadata(std::string_view role,
                                            std::optional<std::uint64_t> version,
                                            std::size_t max_bytes, Freshness freshness,
                                            WhenForbidden when_forbidden = WhenForbidden::fail);
  std::string require_metadata(std::string_view role, const trust::tuf::MetaFile& wanted,
                               std::size_t limit);
  void read_kept_root();
  std::string pinned_root(const schema::RootPin& pin);
  void begin_with_root();
  void take_root(const std::string& bytes);
  void forget_by_old_keys(const trust::tuf::Root& before);
  void update_root();
  void update_timestamp();
  void update_root_and_timestamp();
  void update_snapshot();
  const trust::tuf::Targets& update_targets(
      std::string_view role,
      const std::function<const trust::tuf::Targets&(std::string_view)>& prove);

  base::HttpClient& m_http;
  RepositoryAddress m_address;
  MetadataStore& m_store;
  WalkOptions m_options;
  std::optional<trust::tuf::TrustedMetadata> m_metadata;
  base::Time m_good_until{};
  // The trusted root as the store has it, with its bytes, and the roots on the way there.
  std::optional<std::pair<trust::tuf::Root, std::string>> m_kept;
  std::vector<std::pair<std::uint64_t, std::string>> m_unproven_roots;
};

}  // namespace site
