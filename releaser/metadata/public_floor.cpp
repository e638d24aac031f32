#include "releaser/metadata/public_floor.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "trust/digest.hpp"

#include <algorithm>

namespace releaser {
namespace {

using base::cat;
using base::Errc;
using base::Error;
namespace json = base::json;
namespace tuf = trust::tuf;
constexpr std::string_view kRoot = "root";
constexpr std::uint64_t kMostThatOldKeysMean = std::uint64_t{1} << 32U;

const std::string& bytes_of(const MetadataFiles& files, const std::string& name) {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const MetadataFile& file) { return file.name == name; });
  if (found == files.end()) throw Error(Errc::internal, cat(name, " is not in the set"));
  return found->bytes;
}

// Who signs for a role now; empty for a role that nobody signs for.
std::string keys_of(const ParsedTrust& trusted, std::string_view role) {
  for (const tuf::RoleType type : tuf::kRoleTypes)
    if (tuf::role_name(type) == role) return trusted.root.roles.at(type).fingerprint();
  const tuf::Delegation* const delegation = trusted.targets.find_delegation(role);
  return delegation == nullptr ? std::string() : delegation->authority.fingerprint();
}

// What is public of a role.
struct Shown {
  std::uint64_t version = 0;
  std::string_view bytes;
};

Shown shown_of(const PublicMetadata& found, std::string_view role) {
  if (!found.set) return {};
  const MetadataSet& set = *found.set;
  if (role == "timestamp") return {set.timestamp.version, set.timestamp_bytes};
  if (role == "snapshot") return {set.snapshot.version, set.snapshot_bytes};
  if (role == "targets") return {set.targets.version, set.targets_bytes};
  const auto channel = set.channels.find(role);
  if (channel == set.channels.end()) return {};
  return {channel->second.content.version, channel->second.bytes};
}

}  // namespace

PublicFloor floor_of(const MetadataFiles& files, const FinalTrust& trust) {
  const ParsedTrust trusted = parse_trust(trust);
  PublicFloor floor{.roots = trust.roots.size(), .roles = {}};
  const auto add = [&](std::string_view role, std::uint64_t version, std::string_view bytes) {
    floor.roles.emplace(role, PublicFloor::Role{.version = version,
                                                .sha256 = trust::sha256_of(bytes).hex(),
                                                .keys = keys_of(trusted, role)});
  };
  const std::string& timestamp_bytes = timestamp_of(files);
  const tuf::Timestamp timestamp =
      tuf::parse_timestamp(tuf::parse_envelope(timestamp_bytes, tuf::kByteLimits.timestamp));
  add("timestamp", timestamp.version, timestamp_bytes);
  const std::string& snapshot_bytes =
      bytes_of(files, role_file("snapshot", timestamp.snapshot.version));
  const tuf::Snapshot snapshot =
      tuf::parse_snapshot(tuf::parse_envelope(snapshot_bytes, tuf::kByteLimits.snapshot));
  add("snapshot", snapshot.version, snapshot_bytes);
  add("targets", trusted.targets.version, trust.targets);
  for (const tuf::Delegation& channel : trusted.targets.delegations) {
    const auto listed = snapshot.files.find(cat(channel.name, ".json"));
    if (listed == snapshot.files.end()) continue;
    const std::uint64_t version = listed->second.version;
    add(channel.name, version, bytes_of(files, role_file(channel.name, version)));
  }
  return floor;
}

void note_floors(PublicMetadata& found, const FinalTrust& trust,
                 const std::vector<RememberedFloor>& floors) {
  const ParsedTrust trusted = parse_trust(trust);
  for (const auto& [said_by, floor] : floors) {
    if (floor.roots > trust.roots.size()) {
      throw Error(Errc::conflict,
                  cat("root has had version ", floor.roots, " (", said_by,
                      "), but the trust folder ends with version ", trust.roots.size(),
                      "; nothing was changed: bring the trust folder up to date (git pull)"));
    }
    for (const auto& [role, known] : floor.roles) {
      const bool counts = known.keys == keys_of(trusted, role);
      // Caches may hold names up to there; but a thief may have left no number above.
      if (counts || known.version < kMostThatOldKeysMean) {
        std::uint64_t& highest = found.highest[role];
        highest = std::max(highest, known.version);
      }
      if (!counts) continue;
      const Shown shown = shown_of(found, role);
      const bool is_same =
          !shown.bytes.empty() && trust::sha256_of(shown.bytes).hex() == known.sha256;
      if (is_same && role == "timestamp") found.is_known_to_be_newest = true;
      if (shown.version > known.version || is_same) continue;
      found.gone_back.emplace(role, GoneBack{said_by, known.version, shown.version});
    }
  }
}

std::optional<std::string> describe_gone_back(const PublicMetadata& found) {
  // The timestamp says most: the others follow it.
  auto first = found.gone_back.find("timestamp");
  if (first == found.gone_back.end()) first = found.gone_back.begin();
  if (first == found.gone_back.end()) return std::nullopt;
  const auto& [role, back] = *first;
  if (back.to == 0) {
    return cat(role, " is not there, but has had version ", back.from, " (", back.said_by, ")");
  }
  if (back.to == back.from) {
    return cat(role, " ", back.to, " has other bytes than were published (", back.said_by, ")");
  }
  return cat(role, " went back from version ", back.from, " to ", back.to, " (", back.said_by, ")");
}

json::Value write_floors(const PublicFloors& floors) {
  json::Object sites;
  sites.reserve(floors.size());
  for (const auto& [url, floor] : floors) {
    json::Object site{{std::string(kRoot), floor.roots}};
    for (const auto& [name, role] : floor.roles) {
      json::Object known{{"version", role.version}, {"sha256", role.sha256}, {"keys", role.keys}};
      if (role.generation != 0) known.emplace_back("generation", role.generation);
      site.emplace_back(name, std::move(known));
    }
    sites.emplace_back(url, std::move(site));
  }
  return sites;
}

PublicFloors read_floors(const json::ObjectReader& sites) {
  PublicFloors floors;
  for (const auto& [url, ignored] : sites.members()) {
    const json::ObjectReader site = sites.object(url);
    PublicFloor floor{.roots = site.number(kRoot), .roles = {}};
    for (const auto& [name, also_ignored] : site.members()) {
      if (name == kRoot) continue;
      const json::ObjectReader role = site.object(name);
      floor.roles.emplace(
          name, PublicFloor::Role{role.number("version"), role.text("sha256"), role.text("keys"),
                                  role.optional_number("generation").value_or(0)});
    }
    floors.emplace(url, std::move(floor));
  }
  return floors;
}

}  // namespace releaser
