#include "releaser/metadata/public_metadata.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "releaser/metadata/public_floor.hpp"

#include <algorithm>
#include <utility>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace tuf = trust::tuf;
// Before everything expires: whoever signs anew must be able to read what has expired.
constexpr base::Time kBeforeAll{};

constexpr std::string_view kPutBack =
    "nothing was changed: put back the last good copy of metadata/ and targets/ (dist/V/site of "
    "the newest release has both)";

std::uint64_t count_roots(const ReadPublic& read, const FinalTrust& trust) {
  std::uint64_t public_roots = 0;
  for (std::uint64_t version = 1; version <= trust.roots.size() + 1; ++version) {
    const std::string name = root_file(version);
    const auto bytes = read(name, tuf::kByteLimits.root);
    if (!bytes) continue;
    if (version > trust.roots.size()) {
      throw Error(
          Errc::conflict,
          cat(name, " is public, but the trust folder ends with version ", trust.roots.size(),
              "; nothing was changed: bring the trust folder up to date (git pull)"));
    }
    if (*bytes != trust.roots[version - 1]) {
      throw Error(Errc::conflict,
                  cat(name,
                      " is public with other bytes than those of the trust folder; nothing "
                      "was changed: put back the file that users know"));
    }
    // A gap before it is filled again: clients take roots one by one.
    if (version == public_roots + 1) public_roots = version;
  }
  return public_roots;
}

MetadataSet walk_with(const std::string& root, const ReadPublic& read) {
  return walk_metadata(
      {.trusted_root = root, .now = kBeforeAll, .roots = WalkStart::Roots::as_trusted}, read);
}

// A run that was stopped between roots and the timestamp leaves one that an earlier root trusts,
// and a root that was lost in public still stands in the trust folder. What the newest one says is
// told.
MetadataSet walk_public(const ReadPublic& read, const FinalTrust& trust) {
  std::string problem;
  for (auto root = trust.roots.rbegin(); root != trust.roots.rend(); ++root) {
    try {
      return walk_with(*root, read);
    } catch (const Error& error) {
      if (error.code() != Errc::untrusted) throw;
      if (problem.empty()) problem = error.what();
    }
  }
  throw Error(Errc::untrusted, cat(problem, "; ", kPutBack));
}

// Runs that were stopped leave one version each.
constexpr std::uint64_t kMaxLeftVersions = 100;

void read_left(PublicMetadata& found, const std::vector<ReadPublic>& places,
               const std::string& role, std::size_t max_bytes) {
  const std::uint64_t last = found.last_version(role);
  for (std::uint64_t version = last + 1;; ++version) {
    std::set<std::string> bytes;
    for (const ReadPublic& read : places) {
      try {
        if (auto there = read(role_file(role, version), max_bytes)) bytes.insert(std::move(*there));
      } catch (const Error& error) {
        if (error.code() != Errc::config) throw;
        bytes.emplace();  // too large, or no file: the name is taken, and not by us
      }
    }
    if (bytes.empty()) return;
    if (version > last + kMaxLeftVersions) {
      throw Error(Errc::conflict,
                  cat(role_file(role, last + 1), " to ", role_file(role, version),
                      " are there, and no timestamp names them; nothing was changed: move them "
                      "away"));
    }
    found.unverified_left[role].emplace(version, std::move(bytes));
  }
}

}  // namespace

ParsedTrust parse_trust(const FinalTrust& trust) {
  return {tuf::parse_root(tuf::parse_envelope(trust.roots.back(), tuf::kByteLimits.root)),
          tuf::parse_targets(tuf::parse_envelope(trust.targets, tuf::kByteLimits.targets))};
}

bool is_signed_by(std::string_view unverified, const tuf::Authority& authority,
                  std::size_t max_bytes) {
  try {
    return tuf::count_signatures(tuf::parse_envelope(unverified, max_bytes), authority,
                                 tuf::checks_ed25519) >= authority.threshold;
  } catch (const Error&) {
    return false;
  }
}

PublicMetadata read_public_metadata(const ReadPublic& read, const FinalTrust& trust) {
  return read_public_metadata(read, trust, {});
}

PublicMetadata read_public_metadata(const ReadPublic& read, const FinalTrust& trust,
                                    const std::vector<RememberedFloor>& floors) {
  PublicMetadata found;
  found.roots = count_roots(read, trust);
  if (read(kTimestampFile, tuf::kByteLimits.timestamp)) {
    found.set = walk_public(read, trust);
  }
  note_floors(found, trust, floors);
  // No publish announces a root before the first timestamp. To begin again would lock out all who
  // have seen more.
  if (!found.set && found.gone_back.empty() && found.roots > 0) {
    throw Error(Errc::untrusted, cat(kTimestampFile, " is missing; ", kPutBack));
  }
  return found;
}

std::uint64_t PublicMetadata::last_version(std::string_view role) const {
  std::uint64_t last = 0;
  if (set && role == "timestamp") {
    last = set->timestamp.version;
  } else if (set && role == "snapshot") {
    last = set->snapshot.version;
  } else if (set) {
    const auto file = set->snapshot.files.find(cat(role, ".json"));
    if (file != set->snapshot.files.end()) last = file->second.version;
  }
  const auto remembered = highest.find(role);
  return remembered == highest.end() ? last : std::max(last, remembered->second);
}

void read_left_files(PublicMetadata& found, const std::vector<ReadPublic>& places,
                     const FinalTrust& trust) {
  found.unverified_left.clear();
  const tuf::Targets targets =
      tuf::parse_targets(tuf::parse_envelope(trust.targets, tuf::kByteLimits.targets));
  for (const tuf::Delegation& delegation : targets.delegations)
    read_left(found, places, delegation.name, tuf::kByteLimits.targets);
  read_left(found, places, "snapshot", tuf::kByteLimits.snapshot);
}

}  // namespace releaser
