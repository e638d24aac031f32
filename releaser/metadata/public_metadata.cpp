#include "releaser/metadata/public_metadata.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace tuf = trust::tuf;
constexpr tuf::ByteLimits kLimits;
// Before everything expires: whoever signs anew must be able to read what has expired.
constexpr base::Time kBeforeAll{};

constexpr std::string_view kPutBack =
    "nothing was changed: put back the last good copy of metadata/ and targets/ (dist/V/site of "
    "the newest release has both)";

std::uint64_t count_roots(const ReadPublic& read, const FinalTrust& trust) {
  std::uint64_t public_roots = 0;
  for (std::uint64_t version = 1; version <= trust.roots.size() + 1; ++version) {
    const std::string name = root_file(version);
    const auto bytes = read(name, kLimits.root);
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

void read_next(PublicMetadata& found, const ReadPublic& read, const std::string& role,
               std::uint64_t version, std::size_t max_bytes) {
  if (auto bytes = read(role_file(role, version + 1), max_bytes)) {
    found.unverified_next.emplace(role, std::move(*bytes));
  }
}

}  // namespace

PublicMetadata read_public_metadata(const ReadPublic& read, const FinalTrust& trust) {
  PublicMetadata found;
  found.roots = count_roots(read, trust);
  if (read(kTimestampFile, kLimits.timestamp)) {
    if (found.roots == 0) {
      throw Error(Errc::untrusted, cat(root_file(1), " is missing; ", kPutBack));
    }
    found.set = walk_public(read, trust);
  } else if (read(role_file("snapshot", 2), kLimits.snapshot)) {
    // A first publish that was stopped has at most one snapshot. To begin again would lock out all
    // who have seen more.
    throw Error(Errc::untrusted, cat(kTimestampFile, " is missing; ", kPutBack));
  }
  const tuf::Root root = tuf::parse_root(tuf::parse_envelope(trust.roots.back(), kLimits.root));
  const tuf::Targets targets =
      tuf::parse_targets(tuf::parse_envelope(trust.targets, kLimits.targets));
  for (const tuf::Delegation& delegation : targets.delegations) {
    const tuf::MetaFile* known = nullptr;
    if (found.set) {
      const auto file = found.set->snapshot.files.find(cat(delegation.name, ".json"));
      if (file != found.set->snapshot.files.end()) known = &file->second;
    }
    read_next(found, read, delegation.name, known == nullptr ? 0 : known->version, kLimits.targets);
  }
  read_next(found, read, "snapshot", found.set ? found.set->snapshot.version : 0, kLimits.snapshot);
  return found;
}

}  // namespace releaser
