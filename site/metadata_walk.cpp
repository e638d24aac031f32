#include "site/metadata_walk.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace site {
namespace {

using base::cat;
using base::Errc;
using base::Error;
using trust::tuf::file_name;
using trust::tuf::Targets;
using trust::tuf::TrustedMetadata;

// Roots in one run (5.3.3, "Y") and roles in one search (5.6.7.1), besides the top-level targets.
constexpr int kMaxRoots = 256;
constexpr std::size_t kMaxDelegatedRoles = 32;
constexpr std::chrono::seconds kTargetDeadline{300};

std::string history_name(std::uint64_t version) {
  return cat("root_history/", version, ".root.json");
}

std::string shown(std::string_view name) { return base::safe_text(name, 80); }

// What metadata names is not the user's mistake, whatever the parser of URLs says.
base::Url url_of(const base::Url& folder, std::span<const std::string_view> parts) {
  try {
    return folder.child_of_parts(parts);
  } catch (const Error& error) {
    throw Error(Errc::untrusted, cat("metadata has a name that no URL can have: ", error.what()));
  }
}

bool is_refusal(const Error& error) {
  return error.code() == Errc::untrusted || error.code() == Errc::expired;
}

}  // namespace

RepositoryAddress address_at(const base::Url& base) {
  return {base.child("metadata"), base.child("targets")};
}

MetadataWalk::MetadataWalk(base::HttpClient& http, RepositoryAddress address, MetadataStore& store,
                           const WalkOptions& options)
    : m_http(http), m_address(std::move(address)), m_store(store), m_options(options) {}

std::optional<std::string> MetadataWalk::fetch_metadata(std::string_view role,
                                                        std::optional<std::uint64_t> version,
                                                        std::size_t max_bytes, Freshness freshness,
                                                        WhenForbidden when_forbidden) {
  const std::string name = cat(version ? cat(*version, ".") : std::string(), role, ".json");
  const std::array<std::string_view, 1> parts{name};
  return fetch_small_file(m_http, url_of(m_address.metadata, parts), max_bytes, freshness,
                          when_forbidden);
}

std::string MetadataWalk::require_metadata(std::string_view role,
                                           const trust::tuf::MetaFile& wanted, std::size_t limit) {
  // With consistent snapshots a name stands for its bytes for ever; without, the newest is asked.
  const bool consistent = m_metadata->root().consistent_snapshot;
  const std::size_t max_bytes = std::min<std::uint64_t>(wanted.length.value_or(limit), limit);
  auto bytes = fetch_metadata(role, consistent ? std::optional(wanted.version) : std::nullopt,
                              max_bytes, Freshness::any);
  if (!bytes) {
    throw Error(Errc::untrusted,
                cat("version ", wanted.version, " of ", shown(role), " is named but not there"));
  }
  return std::move(*bytes);
}

// The root that an earlier run trusted last, if it is signed as it says itself.
void MetadataWalk::read_kept_root() {
  m_kept.reset();
  auto bytes = m_store.read("root.json", m_options.limits.root);
  if (!bytes) return;
  try {
    const TrustedMetadata kept(*bytes, m_options.now, m_options.check, m_options.limits);
    m_kept.emplace(kept.root(), std::move(*bytes));
  } catch (const Error& error) {
    if (error.code() != Errc::untrusted) throw;
  }
}

// The root that the program was shipped with, from the store where it is there.
std::string MetadataWalk::pinned_root(const schema::RootPin& pin) {
  auto bytes = m_store.read(history_name(pin.version), m_options.limits.root);
  if (bytes && trust::sha256_of(*bytes) == pin.sha256) return std::move(*bytes);
  bytes = fetch_metadata("root", pin.version, m_options.limits.root, Freshness::any);
  if (!bytes) {
    throw m_kept
        ? Error(Errc::network, cat("there is no metadata/", pin.version, ".root.json any more"))
        : Error(Errc::not_found, cat("there is no metadata/", pin.version, ".root.json"));
  }
  if (trust::sha256_of(*bytes) != pin.sha256) {
    throw Error(Errc::untrusted,
                cat("root ", pin.version, " is not the one that this program was made with"));
  }
  return std::move(*bytes);
}

// The trusted root is the newest that was kept (5.2). Where the program was shipped with one, the
// chain from that is proven again, so that nobody who can write into the store, and no mix-up of
// files, makes another root of it; what the store does not prove is fetched. Where the program was
// shipped with an older one than was trusted here, the chain must lead to that one before anything
// of it is forgotten.
void MetadataWalk::begin_with_root() {
  read_kept_root();
  m_unproven_roots.clear();
  if (!m_options.pin) {
    if (!m_kept) {
      throw Error(Errc::config, "there is no trusted root to begin with; give one first");
    }
    m_metadata.emplace(m_kept->second, m_options.now, m_options.check, m_options.limits);
    m_kept.reset();
    return;
  }
  const std::string first = pinned_root(*m_options.pin);
  m_metadata.emplace(first, m_options.now, m_options.check, m_options.limits);
  take_root(first);
  try {
    while (const auto next =
               m_store.read(history_name(m_metadata->root().version + 1), m_options.limits.root)) {
      if (!m_metadata->update_root(*next)) break;
      take_root(*next);
    }
  } catch (const Error& error) {
    if (error.code() != Errc::untrusted) throw;
  }
}

// A root that was proven is kept, and what older keys signed is forgotten; on the way to the root
// that was trusted before nothing is, since that one's words still count.
void MetadataWalk::take_root(const std::string& bytes) {
  const trust::tuf::Root& root = m_metadata->root();
  m_unproven_roots.emplace_back(root.version, bytes);
  if (m_kept && root.version < m_kept->first.version) return;
  const bool is_pinned = m_options.pin && root.version == m_options.pin->version;
  if (m_kept && !is_pinned && root.version == m_kept->first.version && bytes != m_kept->second) {
    throw Error(Errc::untrusted, cat("root ", root.version, " is another than the one that was ",
                                     "trusted here before"));
  }
  if (m_kept) forget_by_old_keys(m_kept->first);
  for (const auto& [version, text] : m_unproven_roots) {
    const std::string name = history_name(version);
    if (m_store.read(name, m_options.limits.root) != text) m_store.write(name, text);
  }
  m_unproven_roots.clear();
  if (m_store.read("root.json", m_options.limits.root) != bytes) m_store.write("root.json", bytes);
  m_kept.emplace(root, bytes);
}

// 5.3.11, before the new root stands, so that a kill between the two forgets rather than keeps.
void MetadataWalk::forget_by_old_keys(const trust::tuf::Root& before) {
  if (!TrustedMetadata::replaces_online_keys(before, m_metadata->root())) return;
  m_store.remove("timestamp.json");
  m_store.remove("snapshot.json");
}

void MetadataWalk::update_root() {
  for (int count = 0; count < kMaxRoots; ++count) {
    // Everybody asks for it before it is there, so that caches may hold its absence.
    const auto bytes = fetch_metadata("root", m_metadata->root().version + 1, m_options.limits.root,
                                      Freshness::from_the_origin, WhenForbidden::is_missing);
    if (!bytes || !m_metadata->update_root(*bytes)) break;
    take_root(*bytes);
  }
  if (!m_unproven_roots.empty()) {
    throw Error(Errc::untrusted, cat("root ", m_kept->first.version, ", which was trusted here ",
                                     "before, is not there: the chain of roots ends with ",
                                     m_metadata->root().version));
  }
  m_metadata->finish_root_update();
}

void MetadataWalk::update_timestamp() {
  const auto kept = m_store.read("timestamp.json", m_options.limits.timestamp);
  const bool counts = kept && m_metadata->remember_timestamp(*kept);
  const auto bytes = fetch_metadata("timestamp", std::nullopt, m_options.limits.timestamp,
                                    Freshness::from_the_origin);
  if (!bytes && counts) {
    const base::Time expires =
        parse_timestamp(trust::tuf::parse_envelope(*kept, m_options.limits.timestamp)).expires;
    throw Error(expires > m_options.now ? Errc::network : Errc::expired,
                cat("there is no timestamp.json any more; the one that is known expires at ",
                    base::format_time(expires)));
  }
  if (!bytes) throw Error(Errc::not_found, "there is no timestamp.json");
  if (m_metadata->update_timestamp(*bytes)) m_store.write("timestamp.json", *bytes);
}

// Between the requests for the next root and for the timestamp a publisher may have changed both.
void MetadataWalk::update_root_and_timestamp() {
  begin_with_root();
  update_root();
  try {
    update_timestamp();
  } catch (const Error& error) {
    if (error.code() != Errc::untrusted) throw;
    const std::uint64_t before = m_metadata->root().version;
    begin_with_root();
    update_root();
    if (m_metadata->root().version == before) throw;
    update_timestamp();
  }
}

void MetadataWalk::update_snapshot() {
  if (const auto kept = m_store.read("snapshot.json", m_options.limits.snapshot)) {
    m_metadata->remember_snapshot(*kept);
    try {
      m_metadata->update_snapshot(*kept);
      return;
    } catch (const Error& error) {
      if (!is_refusal(error)) throw;  // it is an older one: a floor, and no more
    }
  }
  const std::string bytes =
      require_metadata("snapshot", m_metadata->timestamp()->snapshot, m_options.limits.snapshot);
  m_metadata->update_snapshot(bytes);
  m_store.write("snapshot.json", bytes);
}

const Targets& MetadataWalk::update_targets(
    std::string_view role, const std::function<const Targets&(std::string_view)>& prove) {
  if (const auto kept = m_store.read(file_name(role), m_options.limits.targets)) {
    try {
      return prove(*kept);
    } catch (const Error& error) {
      if (!is_refusal(error)) throw;
    }
  }
  const std::string bytes =
      require_metadata(role, m_metadata->meta_of(role), m_options.limits.targets);
  const Targets& proven = prove(bytes);
  m_store.write(file_name(role), bytes);
  return proven;
}

void MetadataWalk::refresh() {
  update_root_and_timestamp();
  update_snapshot();
  update_targets("targets", [&](std::string_view bytes) -> const Targets& {
    return m_metadata->update_targets(bytes);
  });
  m_good_until = std::min({m_metadata->root().expires, m_metadata->timestamp()->expires,
                           m_metadata->snapshot()->expires, m_metadata->targets()->expires});
}

std::optional<FoundTarget> MetadataWalk::find_target(std::string_view path) {
  struct Visit {
    const Targets* delegator;  // none: the top level
    std::string role;
    trust::tuf::Authority authority;
  };
  std::vector<Visit> ahead{
      {nullptr, "targets", m_metadata->root().roles.at(trust::tuf::RoleType::targets)}};
  std::set<std::string> visited;
  while (!ahead.empty() && visited.size() <= kMaxDelegatedRoles) {
    Visit visit = std::move(ahead.back());
    ahead.pop_back();
    if (!visited.insert(visit.role).second) continue;
    // A role that nobody has signed yet can list nothing; a search ends there (5.6.7).
    if (!m_metadata->snapshot()->files.contains(cat(visit.role, ".json"))) return std::nullopt;
    const Targets& targets =
        visit.delegator == nullptr
            ? *m_metadata->targets()
            : update_targets(visit.role, [&](std::string_view bytes) -> const Targets& {
                return m_metadata->update_delegated(bytes, *visit.delegator, visit.role);
              });
    m_good_until = std::min(m_good_until, targets.expires);
    const auto file = targets.files.find(path);
    if (file != targets.files.end()) {
      return FoundTarget{&targets, &file->second, std::string(path), std::move(visit.authority)};
    }
    std::vector<Visit> next;
    for (const trust::tuf::Delegation& delegation : targets.delegations) {
      if (!delegation.covers(path)) continue;
      next.push_back({&targets, delegation.name, delegation.authority});
      if (!delegation.terminating) continue;
      ahead.clear();
      break;
    }
    std::move(next.rbegin(), next.rend(), std::back_inserter(ahead));
  }
  return std::nullopt;
}

trust::tuf::TargetBytes MetadataWalk::fetch_target(const FoundTarget& target,
                                                   std::string_view keep_as) {
  const std::uint64_t length = target.file->length;
  if (length > m_options.max_target_bytes) {
    throw Error(Errc::untrusted,
                cat(shown(target.path), " would have ", length, " bytes, and at most ",
                    m_options.max_target_bytes, " are read"));
  }
  if (!keep_as.empty()) {
    if (auto kept = m_store.read(keep_as, length)) {
      try {
        return m_metadata->prove_target(*target.role, target.path, std::move(*kept));
      } catch (const Error& error) {
        if (error.code() != Errc::untrusted) throw;
      }
    }
  }
  std::vector<std::string_view> parts = base::split(target.path, '/');
  std::string last(parts.back());
  if (m_metadata->root().consistent_snapshot) {
    last = cat(target.file->hashes.begin()->second, ".", last);
    parts.back() = last;
  }
  // Whatever it looks like, also a web page, is decided by its hash.
  std::string bytes;
  const base::HttpRequest request{.url = url_of(m_address.targets, parts),
                                  .headers = {},
                                  .max_bytes = length,
                                  .deadline = kTargetDeadline};
  const auto response = get_patiently(m_http, request, bytes);
  if (response.status != 200) {
    throw Error(Errc::network, cat(shown(target.path), ": HTTP ", response.status));
  }
  auto proven = m_metadata->prove_target(*target.role, target.path, std::move(bytes));
  if (!keep_as.empty()) m_store.write(keep_as, proven.bytes());
  return proven;
}

}  // namespace site
